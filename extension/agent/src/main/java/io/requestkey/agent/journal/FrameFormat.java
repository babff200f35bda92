/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

/**
 * How a frame lies in a segment: offsets in bytes, little-endian, frames aligned to 8.
 *
 * <pre>
 *  0 int   bytes of the record; 0 where no frame is (yet). Stored last, with release
 *  4 int   CRC32C of everything from 8 to the record's end, masked
 *  8 long  number
 * 16 long  observed, ns since 1970
 * 24 long  boot offset in ns
 * 32 ...   the record, padded with zeros
 * </pre>
 */
final class FrameFormat {

  static final int LENGTH = 0;
  static final int LENGTH_BYTES = 4;
  static final int CRC = 4;
  static final int BODY = 8;
  static final int RECORD = 32;

  /** Offsets within the body, which the CRC covers. */
  static final int BODY_NUMBER = 0;

  static final int BODY_OBSERVED = 8;
  static final int BODY_BOOT_OFFSET = 16;
  static final int BODY_RECORD = RECORD - BODY;

  /** The smallest frame: a record has at least a byte. */
  static final int MIN_FRAME = size(1);

  private FrameFormat() {}

  /** Bytes a frame with a record of that length takes. */
  static int size(int recordLength) {
    return (RECORD + recordLength + 7) & ~7;
  }

  /**
   * What the CRC is stored as. The salt is the segment's and secret: a record's content is made by
   * whom we watch, and it must not be able to pass for a frame when a damaged segment is searched
   * for the next one. The length is outside of what the CRC covers, so it is mixed in.
   */
  static int masked(long crc, long salt, int recordLength) {
    return (int) crc ^ (int) (salt ^ (salt >>> 32)) ^ (recordLength * 0x9E3779B9);
  }
}

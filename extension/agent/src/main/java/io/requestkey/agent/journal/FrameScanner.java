/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import io.requestkey.capture.HitKind;
import io.requestkey.capture.RecordDecoder;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Finds frames in memory that may hold anything. For one thread; after {@link #at} or {@link #find}
 * has found one, the rest is about that one.
 */
final class FrameScanner {

  private static final int INITIAL = 1024;

  private final CRC32C crc = new CRC32C();
  private byte[] body = new byte[INITIAL];
  private int length;

  /**
   * Looks whether there is a whole frame of this segment.
   *
   * @param offset where, a multiple of 8
   * @param limit where the segment ends
   */
  boolean at(MemorySegment memory, int offset, int limit, long salt) {
    if (offset > limit - FrameFormat.MIN_FRAME) {
      return false;
    }
    int recordLength = memory.get(Bytes.INT, offset + FrameFormat.LENGTH);
    if (recordLength <= 0 || recordLength > limit - offset - FrameFormat.RECORD) {
      return false;
    }
    int covered = FrameFormat.BODY_RECORD + recordLength;
    if (covered > body.length) {
      body = new byte[Math.max(covered, 2 * body.length)];
    }
    MemorySegment.copy(memory, Bytes.BYTE, offset + FrameFormat.BODY, body, 0, covered);
    crc.reset();
    crc.update(body, 0, covered);
    int stored = memory.get(Bytes.INT, offset + FrameFormat.CRC);
    if (stored != FrameFormat.masked(crc.getValue(), salt, recordLength)) {
      return false;
    }
    length = recordLength;
    return true;
  }

  /**
   * Searches for the next whole frame.
   *
   * @param from where to begin, a multiple of 8
   * @param least the least number it can have
   * @param most the greatest number it can have
   * @return its offset; -1 for none
   */
  int find(MemorySegment memory, int from, int limit, long salt, long least, long most) {
    for (int offset = from; offset <= limit - FrameFormat.MIN_FRAME; offset += 8) {
      // The number is looked at first: it rules out nearly everything without a CRC.
      long number = memory.get(Bytes.LONG, (long) offset + FrameFormat.BODY);
      if (number >= least && number <= most && at(memory, offset, limit, salt)) {
        return offset;
      }
    }
    return -1;
  }

  /** Bytes the frame takes. */
  int size() {
    return FrameFormat.size(length);
  }

  long number() {
    return (long) Bytes.LONG_IN_ARRAY.get(body, FrameFormat.BODY_NUMBER);
  }

  long observed() {
    return (long) Bytes.LONG_IN_ARRAY.get(body, FrameFormat.BODY_OBSERVED);
  }

  /** Whether its record is of that kind. */
  boolean is(HitKind kind) {
    return RecordDecoder.is(kind, MemorySegment.ofArray(body), FrameFormat.BODY_RECORD, length);
  }

  /** The frame, with a copy of its record. */
  Frame frame(String bootId) {
    return new Frame(
        number(),
        observed(),
        (long) Bytes.LONG_IN_ARRAY.get(body, FrameFormat.BODY_BOOT_OFFSET),
        bootId,
        Arrays.copyOfRange(body, FrameFormat.BODY_RECORD, FrameFormat.BODY_RECORD + length));
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a segment says about itself, kept twice in its first {@link #BYTES} bytes, so that a damaged
 * bit in it does not cost the segment. Magic, version and everything up to the salt, and the
 * checksum, lie where they are in every version.
 *
 * @param version of the file format
 * @param recordVersion of the records, as the writing agent's kernel side made them; for who looks:
 *     each record says it itself
 * @param number of the segment, consecutive
 * @param first number of its first frame
 * @param end number after its last frame; {@link #OPEN} until it is complete
 * @param used bytes of it that hold frames, header included; 0 until it is complete
 * @param bytes its size
 * @param createdEpochNanos in ns since 1970
 * @param salt of its frames' checksums
 * @param bootId of the boot all its frames are from
 */
record SegmentHeader(
    int version,
    int recordVersion,
    long number,
    long first,
    long end,
    int used,
    int bytes,
    long createdEpochNanos,
    long salt,
    String bootId) {

  static final int VERSION = 1;
  static final long OPEN = -1;

  /** Both copies; the first frame begins here. */
  static final int BYTES = 256;

  /** Greater numbers are not believed: at a million frames a second it takes 73,000 years. */
  static final long MAX_NUMBER = 1L << 61;

  /** With a line end of each kind, as PNG has it: a transfer as text changes it. */
  private static final byte[] MAGIC = "rkjrnl\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final int COPY = BYTES / 2;

  private static final int AT_VERSION = 8;
  private static final int AT_RECORD_VERSION = 12;
  private static final int AT_NUMBER = 16;
  private static final int AT_FIRST = 24;
  private static final int AT_END = 32;
  private static final int AT_USED = 40;
  private static final int AT_BYTES = 44;
  private static final int AT_CREATED = 48;
  private static final int AT_SALT = 56;
  private static final int AT_BOOT_ID = 64;
  private static final int BOOT_ID_BYTES = 40;
  private static final int AT_CRC = COPY - 4;

  /** The same, complete. */
  SegmentHeader sealed(long lastEnd, int lastUsed) {
    return new SegmentHeader(
        version,
        recordVersion,
        number,
        first,
        lastEnd,
        lastUsed,
        bytes,
        createdEpochNanos,
        salt,
        bootId);
  }

  boolean open() {
    return end == OPEN;
  }

  /** No frame of it has a greater number, even where some have no frame. */
  long mostNumber() {
    return first + bytes;
  }

  /** Writes one copy after the other: whenever this is interrupted, one of them is whole. */
  void write(MemorySegment memory) {
    byte[] copy = new byte[COPY];
    MemorySegment bytesOf = MemorySegment.ofArray(copy);
    System.arraycopy(MAGIC, 0, copy, 0, MAGIC.length);
    bytesOf.set(Bytes.INT, AT_VERSION, version);
    bytesOf.set(Bytes.INT, AT_RECORD_VERSION, recordVersion);
    bytesOf.set(Bytes.LONG, AT_NUMBER, number);
    bytesOf.set(Bytes.LONG, AT_FIRST, first);
    bytesOf.set(Bytes.LONG, AT_END, end);
    bytesOf.set(Bytes.INT, AT_USED, used);
    bytesOf.set(Bytes.INT, AT_BYTES, bytes);
    bytesOf.set(Bytes.LONG, AT_CREATED, createdEpochNanos);
    bytesOf.set(Bytes.LONG, AT_SALT, salt);
    byte[] id = bootId.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(id, 0, copy, AT_BOOT_ID, Math.min(id.length, BOOT_ID_BYTES));
    bytesOf.set(Bytes.INT, AT_CRC, crc(copy));
    for (int i = 0; i < 2; i++) {
      MemorySegment.copy(copy, 0, memory, Bytes.BYTE, (long) i * COPY, COPY);
    }
  }

  /**
   * Reads what a segment says.
   *
   * @param memory the whole segment or its beginning, of any content
   * @return null when neither copy is whole
   */
  static @Nullable SegmentHeader read(MemorySegment memory) {
    if (memory.byteSize() < BYTES) {
      return null;
    }
    SegmentHeader one = read(memory, 0);
    SegmentHeader two = read(memory, COPY);
    if (one == null || two == null) {
      return one == null ? two : one;
    }
    // Interrupted between the two: the first is the newer one.
    return one;
  }

  private static @Nullable SegmentHeader read(MemorySegment memory, int at) {
    byte[] copy = new byte[COPY];
    MemorySegment.copy(memory, Bytes.BYTE, at, copy, 0, COPY);
    for (int i = 0; i < MAGIC.length; i++) {
      if (copy[i] != MAGIC[i]) {
        return null;
      }
    }
    MemorySegment bytesOf = MemorySegment.ofArray(copy);
    if (bytesOf.get(Bytes.INT, AT_CRC) != crc(copy)) {
      return null;
    }
    int idLength = 0;
    while (idLength < BOOT_ID_BYTES && copy[AT_BOOT_ID + idLength] != 0) {
      idLength++;
    }
    SegmentHeader header =
        new SegmentHeader(
            bytesOf.get(Bytes.INT, AT_VERSION),
            bytesOf.get(Bytes.INT, AT_RECORD_VERSION),
            bytesOf.get(Bytes.LONG, AT_NUMBER),
            bytesOf.get(Bytes.LONG, AT_FIRST),
            bytesOf.get(Bytes.LONG, AT_END),
            bytesOf.get(Bytes.INT, AT_USED),
            bytesOf.get(Bytes.INT, AT_BYTES),
            bytesOf.get(Bytes.LONG, AT_CREATED),
            bytesOf.get(Bytes.LONG, AT_SALT),
            new String(copy, AT_BOOT_ID, idLength, StandardCharsets.US_ASCII));
    return header.plausible() ? header : null;
  }

  /** A checksum can be right by accident or by intent; numbers are checked all the same. */
  private boolean plausible() {
    if (number < 0 || first < 0 || first > MAX_NUMBER || bytes < BYTES || used < 0) {
      return false;
    }
    return open() ? used == 0 : end >= first && end <= MAX_NUMBER && used >= BYTES && used <= bytes;
  }

  private static int crc(byte[] copy) {
    CRC32C crc = new CRC32C();
    crc.update(copy, 0, AT_CRC);
    return (int) crc.getValue();
  }
}

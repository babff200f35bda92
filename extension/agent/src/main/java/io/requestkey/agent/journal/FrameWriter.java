/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Writes frames; for the ring thread. Allocates nothing for a frame.
 *
 * <p>A record goes through an array, because CRC32C over a view of shared memory would acquire and
 * release the arena, two atomic operations, for each frame.
 */
final class FrameWriter {

  /** Aligned, so that it can be stored at once and in order. */
  private static final VarHandle LENGTH =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private final CRC32C crc = new CRC32C();
  private final byte[] body;

  FrameWriter(int maxRecord) {
    body = new byte[FrameFormat.BODY_RECORD + maxRecord];
  }

  /**
   * Writes one frame into zeroed memory. The length comes last and with release: whoever sees it,
   * another process after this one was killed included, sees the whole frame.
   *
   * @param at a multiple of 8 with room for the frame
   */
  void write(
      MemorySegment memory,
      int at,
      long salt,
      long number,
      long observed,
      long bootOffset,
      MemorySegment data,
      long offset,
      int length) {
    Bytes.LONG_IN_ARRAY.set(body, FrameFormat.BODY_NUMBER, number);
    Bytes.LONG_IN_ARRAY.set(body, FrameFormat.BODY_OBSERVED, observed);
    Bytes.LONG_IN_ARRAY.set(body, FrameFormat.BODY_BOOT_OFFSET, bootOffset);
    MemorySegment.copy(data, Bytes.BYTE, offset, body, FrameFormat.BODY_RECORD, length);
    int covered = FrameFormat.BODY_RECORD + length;
    crc.reset();
    crc.update(body, 0, covered);
    memory.set(Bytes.INT, at + FrameFormat.CRC, FrameFormat.masked(crc.getValue(), salt, length));
    MemorySegment.copy(body, 0, memory, Bytes.BYTE, at + FrameFormat.BODY, covered);
    LENGTH.setRelease(memory, (long) at + FrameFormat.LENGTH, length);
  }
}

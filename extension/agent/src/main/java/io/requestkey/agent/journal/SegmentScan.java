/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * What is in a segment, found by looking at all of it.
 *
 * @param frames whole frames
 * @param missing numbers without a whole frame, a torn one at the end included
 * @param end number after the last one that was in use
 * @param used bytes up to the end of the last whole frame
 * @param torn whether a frame begins after the last whole one. A killed process leaves none (the
 *     length is stored last), a crashed machine or a damaged medium can
 */
record SegmentScan(long frames, long missing, long end, int used, boolean torn) {

  /**
   * Looks at all of a segment.
   *
   * @param memory the segment, of any content; its header is given
   * @param limit bytes of it to look at
   * @param each gets every whole frame, in order
   */
  static SegmentScan of(
      MemorySegment memory,
      SegmentHeader header,
      int limit,
      FrameScanner scanner,
      Consumer<FrameScanner> each) {
    long expected = header.first();
    long frames = 0;
    long missing = 0;
    int offset = SegmentHeader.BYTES;
    int used = offset;
    while (true) {
      boolean here = scanner.at(memory, offset, limit, header.salt());
      if (!here || scanner.number() < expected || scanner.number() > header.mostNumber()) {
        offset = scanner.find(memory, offset, limit, header.salt(), expected, header.mostNumber());
        if (offset < 0) {
          break;
        }
      }
      missing += scanner.number() - expected;
      expected = scanner.number() + 1;
      frames++;
      each.accept(scanner);
      offset += scanner.size();
      // A file cut within the padding still has the whole frame.
      used = Math.min(offset, limit);
    }
    boolean torn = used <= limit - Integer.BYTES && memory.get(Bytes.INT, used) != 0;
    // A torn frame had a number too. How many more there were cannot be known.
    return torn
        ? new SegmentScan(frames, missing + 1, expected + 1, used, true)
        : new SegmentScan(frames, missing, expected, used, false);
  }
}

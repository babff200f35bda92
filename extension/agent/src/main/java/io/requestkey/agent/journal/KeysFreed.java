/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import io.requestkey.capture.HitKind;
import java.util.Arrays;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How many {@code KEY_FREED} records a segment has from a number on. They are no hits of the spans,
 * so the books must know how many of them went with a segment. Looks at the segment when it is
 * first asked, which is once for many thousands of records, and only when they are lost or after a
 * crash; to count them for each record that is stored would be paid by all.
 */
final class KeysFreed implements LongUnaryOperator {

  private final Segment segment;
  private long @Nullable [] numbers;

  /** Of a segment that is mapped, or cannot be. */
  KeysFreed(Segment segment) {
    this.segment = segment;
  }

  @Override
  public long applyAsLong(long from) {
    long[] all = numbers;
    if (all == null) {
      all = segment.mapped ? look() : new long[0];
      numbers = all;
    }
    return Arrays.stream(all).filter(number -> number >= from).count();
  }

  private long[] look() {
    long[][] found = {new long[16]};
    int[] count = {0};
    try {
      SegmentScan _ =
          SegmentScan.of(
              segment.backing.memory(),
              segment.header,
              segment.published,
              new FrameScanner(),
              frame -> {
                if (frame.is(HitKind.KEY_FREED)) {
                  if (count[0] == found[0].length) {
                    found[0] = Arrays.copyOf(found[0], 2 * count[0]);
                  }
                  found[0][count[0]++] = frame.number();
                }
              });
    } catch (InternalError e) {
      // The JVM's word for a SIGBUS: of what cannot be read the kind is not known.
    }
    return Arrays.copyOf(found[0], count[0]);
  }
}

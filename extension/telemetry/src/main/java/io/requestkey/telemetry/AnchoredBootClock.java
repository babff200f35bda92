/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import java.util.List;
import java.util.function.Supplier;

/**
 * Follows the wall clock of the host without ever changing what it said about the past.
 *
 * <p>CLOCK_BOOTTIME and CLOCK_REALTIME run at the same rate: NTP slews both, and a suspend adds to
 * both (kernel/time/timekeeping.c, {@code tk_xtime}, {@code offs_boot}). The distance between them
 * changes only when the wall clock is stepped. So {@link #reanchor()} keeps the anchor it has
 * unless it finds a step, and a step takes effect from the moment it was found.
 *
 * <p>Safe for use by several threads. A hit that is converted by one thread while another is inside
 * {@link #reanchor()} may get the time from before the step; calling it on the thread that converts
 * rules this out.
 */
public final class AnchoredBootClock implements BootClock {

  /** A smaller difference is taken for the time between the two readings, in ns. */
  static final long STEP_NANOS = 100_000;

  private static final int READINGS = 8;

  private final Supplier<ClockAnchor> clocks;
  private volatile ClockAnchors anchors;

  /**
   * Starts at the present distance of the two clocks.
   *
   * @param clocks reads CLOCK_BOOTTIME and CLOCK_REALTIME as closely together as it can. Of several
   *     readings the one with the smallest distance counts, so CLOCK_BOOTTIME is best read first
   */
  public AnchoredBootClock(Supplier<ClockAnchor> clocks) {
    this(clocks, new ClockAnchors(List.of(read(clocks))));
  }

  /**
   * Goes on from anchors kept by an earlier process of the same boot, so that both give the same
   * times for the same hits.
   */
  public AnchoredBootClock(Supplier<ClockAnchor> clocks, ClockAnchors kept) {
    this.clocks = clocks;
    this.anchors = kept;
    reanchor();
  }

  @Override
  public long epochNanos(long bootNanos) {
    return anchors.epochNanos(bootNanos);
  }

  /** All that is needed to convert the same hits to the same times later. */
  public ClockAnchors anchors() {
    return anchors;
  }

  /**
   * Looks whether the wall clock was stepped. Takes a few clock readings, well under 10 us.
   *
   * @return whether it was, and {@link #anchors()} has one more
   */
  public synchronized boolean reanchor() {
    ClockAnchor now = read(clocks);
    ClockAnchor newest = anchors.newest();
    long step = now.offsetNanos() - newest.offsetNanos();
    if (Math.abs(step) < STEP_NANOS || now.bootNanos() <= newest.bootNanos()) {
      return false;
    }
    anchors = anchors.with(now);
    return true;
  }

  /** The best reading: time that passes between the two clocks only ever adds to the distance. */
  private static ClockAnchor read(Supplier<ClockAnchor> clocks) {
    ClockAnchor best = clocks.get();
    for (int i = 1; i < READINGS; i++) {
      ClockAnchor next = clocks.get();
      if (next.offsetNanos() < best.offsetNanos()) {
        best = next;
      }
    }
    return best;
  }
}

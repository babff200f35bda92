/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import java.util.function.Supplier;

/**
 * How far the wall clock of the host is ahead of kernel time, without the noise of reading two
 * clocks one after the other: hits of one call and its helper keep their order and distance.
 *
 * <p>CLOCK_BOOTTIME and CLOCK_REALTIME run at the same rate: NTP slews both, and a suspend adds to
 * both (kernel/time/timekeeping.c, {@code tk_xtime}, {@code offs_boot}). The distance between them
 * changes only when the wall clock is stepped. So {@link #reanchor()} keeps the anchor it has
 * unless it finds a step.
 *
 * <p>Safe for use by several threads.
 */
public final class AnchoredBootClock {

  /** A smaller difference is taken for the time between the two readings, in ns. */
  static final long STEP_NANOS = 100_000;

  private static final int READINGS = 8;

  private final Supplier<ClockAnchor> clocks;
  private volatile ClockAnchor anchor;

  /**
   * Starts at the present distance of the two clocks.
   *
   * @param clocks reads CLOCK_BOOTTIME and CLOCK_REALTIME as closely together as it can. Of several
   *     readings the one with the smallest distance counts, so CLOCK_BOOTTIME is best read first
   */
  public AnchoredBootClock(Supplier<ClockAnchor> clocks) {
    this.clocks = clocks;
    this.anchor = read(clocks);
  }

  /** What is added to kernel time to get wall-clock time, in ns. */
  public long offsetNanos() {
    return anchor.offsetNanos();
  }

  /**
   * Looks whether the wall clock was stepped. Takes a few clock readings, well under 10 us.
   *
   * @return whether it was, and {@link #offsetNanos()} is another one
   */
  public synchronized boolean reanchor() {
    ClockAnchor now = read(clocks);
    long step = now.offsetNanos() - anchor.offsetNanos();
    if (Math.abs(step) < STEP_NANOS || now.bootNanos() <= anchor.bootNanos()) {
      return false;
    }
    anchor = now;
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

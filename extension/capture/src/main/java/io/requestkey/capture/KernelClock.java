/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.time.Instant;

/** The clock the records are stamped with. Safe for any thread. */
public final class KernelClock {

  private static final int TRIES = 5;

  private KernelClock() {}

  /**
   * The same moment on both clocks.
   *
   * @param bootNanos CLOCK_BOOTTIME in ns
   * @param epochNanos ns since 1970-01-01T00:00:00Z
   */
  public record Reading(long bootNanos, long epochNanos) {}

  /**
   * Reads both clocks as closely together as a few tries allow, so that a preemption between the
   * two does not shift every timestamp.
   */
  public static Reading read() {
    long best = Long.MAX_VALUE;
    Reading reading = new Reading(0, 0);
    for (int i = 0; i < TRIES; i++) {
      long before = LibC.clockNanos(LibC.CLOCK_BOOTTIME);
      long epoch = epochNanos();
      long after = LibC.clockNanos(LibC.CLOCK_BOOTTIME);
      if (after - before < best) {
        best = after - before;
        reading = new Reading(before + (after - before) / 2, epoch);
      }
    }
    return reading;
  }

  /** CLOCK_BOOTTIME in ns. */
  public static long bootNanos() {
    return LibC.clockNanos(LibC.CLOCK_BOOTTIME);
  }

  /** ns since 1970-01-01T00:00:00Z. */
  public static long epochNanos() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }
}

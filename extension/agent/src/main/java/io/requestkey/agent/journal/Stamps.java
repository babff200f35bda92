/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.util.concurrent.TimeUnit;

/**
 * Stamps frames at the cost of one clock reading each: the wall clock is read anew only now and
 * then, and the boot offset less often, or when the wall clock is not where it was to be: a step of
 * it must not show in what the two say of CLOCK_BOOTTIME. For the ring thread.
 */
final class Stamps {

  private static final long WALL_EVERY = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long BOOT_EVERY = TimeUnit.MILLISECONDS.toNanos(250);

  /** A smaller difference is taken for the time between two readings. */
  private static final long STEP = TimeUnit.MICROSECONDS.toNanos(100);

  private final Clocks clocks;
  private boolean read;
  private long wallAt;
  private long wall;
  private long bootAt;
  private long bootOffset;
  private long observed;

  Stamps(Clocks clocks) {
    this.clocks = clocks;
  }

  /** Makes the stamps of now. */
  void now() {
    long now = clocks.nanoTime();
    if (!read || now - wallAt >= WALL_EVERY) {
      long expected = wall + (now - wallAt);
      wallAt = now;
      wall = clocks.epochNanos();
      boolean stepped = Math.abs(wall - expected) >= STEP;
      if (!read || stepped || now - bootAt >= BOOT_EVERY) {
        bootAt = now;
        bootOffset = clocks.bootOffsetNanos();
      }
      read = true;
    }
    observed = wall + (now - wallAt);
  }

  long observed() {
    return observed;
  }

  long bootOffset() {
    return bootOffset;
  }
}

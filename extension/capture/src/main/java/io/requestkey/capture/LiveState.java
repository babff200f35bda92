/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@code struct rk_live} of {@code requestkey.h}: what the programs are told once attached. */
final class LiveState {

  static final int BOOT_EPOCH = 0;
  static final int WATCHED = 8;
  static final int RESERVED = 12;
  static final int SIZE = 16;

  /** RK_WATCHED_CONSTRUCTION. */
  static final int WATCHED_CONSTRUCTION = 1;

  static final String MAP = ".data.live";

  private static final long NANOS = 1_000_000_000L;

  private LiveState() {}

  /**
   * Makes the bytes of it.
   *
   * @param clock both clocks at one moment: what has expired is told by the wall clock, which the
   *     programs do not have
   * @param outcomeWatched whether all probes that tell the outcome of a request are attached
   */
  static MemorySegment bytes(Arena arena, KernelClock.Reading clock, boolean outcomeWatched) {
    MemorySegment live = arena.allocate(SIZE, 8);
    live.set(
        ValueLayout.JAVA_LONG,
        BOOT_EPOCH,
        Math.floorDiv(clock.epochNanos() - clock.bootNanos(), NANOS));
    live.set(ValueLayout.JAVA_INT, WATCHED, outcomeWatched ? WATCHED_CONSTRUCTION : 0);
    return live;
  }
}

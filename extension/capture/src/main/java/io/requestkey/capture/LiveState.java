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
  static final int RECORDING = 12;
  static final int SIZE = 16;

  /** RK_WATCHED_CONSTRUCTION. */
  static final int WATCHED_CONSTRUCTION = 1;

  /** RK_WATCHED_COPIES. */
  static final int WATCHED_COPIES = 2;

  static final String MAP = ".data.live";

  private static final long NANOS = 1_000_000_000L;

  private LiveState() {}

  /**
   * Makes the bytes of it.
   *
   * @param clock both clocks at one moment: what has expired is told by the wall clock, which the
   *     programs do not have
   * @param watched bits of {@code enum rk_watched}
   * @param recording whether a call that begins is a hit
   */
  static MemorySegment bytes(
      Arena arena, KernelClock.Reading clock, int watched, boolean recording) {
    MemorySegment live = arena.allocate(SIZE, 8);
    live.set(
        ValueLayout.JAVA_LONG,
        BOOT_EPOCH,
        Math.floorDiv(clock.epochNanos() - clock.bootNanos(), NANOS));
    live.set(ValueLayout.JAVA_INT, WATCHED, watched);
    live.set(ValueLayout.JAVA_INT, RECORDING, recording ? 1 : 0);
    return live;
  }
}

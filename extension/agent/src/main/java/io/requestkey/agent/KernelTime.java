/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.requestkey.agent.journal.Stamp;
import io.requestkey.capture.KernelClock;
import io.requestkey.telemetry.AnchoredBootClock;
import io.requestkey.telemetry.ClockAnchor;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** This boot's identity and clock. */
final class KernelTime {

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private static final long LOOK_NANOS = 100_000_000;

  private KernelTime() {}

  /** The clock that turns kernel time into wall-clock time, anchored now. */
  private static AnchoredBootClock clock() {
    return new AnchoredBootClock(() -> {
      KernelClock.Reading reading = KernelClock.read();
      return new ClockAnchor(reading.bootNanos(), reading.epochNanos());
    });
  }

  /**
   * Stamps for the ring's thread. The distance of the two clocks changes only when the wall clock
   * is stepped, so looking for that now and then is enough.
   */
  static Supplier<Stamp> stamps() {
    AnchoredBootClock clock = clock();
    String bootId = bootId();
    long[] lookedEpochNanos = {0};
    return () -> {
      long now = KernelClock.epochNanos();
      if (Math.abs(now - lookedEpochNanos[0]) > LOOK_NANOS) {
        lookedEpochNanos[0] = now;
        boolean _ = clock.reanchor();
      }
      return new Stamp(now, clock.offsetNanos(), bootId);
    };
  }

  static String bootId() {
    @Nullable String id = Exporters.firstLine(BOOT_ID);
    return id == null ? "unknown" : id;
  }
}

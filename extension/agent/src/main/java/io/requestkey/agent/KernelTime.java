/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.requestkey.capture.KernelClock;
import io.requestkey.telemetry.AnchoredBootClock;
import io.requestkey.telemetry.ClockAnchor;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** This boot's identity and clock. */
final class KernelTime {

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private KernelTime() {}

  /** The clock that turns kernel time into wall-clock time, anchored now. */
  static AnchoredBootClock clock() {
    return new AnchoredBootClock(() -> {
      KernelClock.Reading reading = KernelClock.read();
      return new ClockAnchor(reading.bootNanos(), reading.epochNanos());
    });
  }

  static String bootId() {
    @Nullable String id = Exporters.firstLine(BOOT_ID);
    return id == null ? "unknown" : id;
  }
}

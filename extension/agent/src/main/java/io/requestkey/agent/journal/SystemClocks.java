/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import io.requestkey.capture.KernelClock;
import io.requestkey.telemetry.AnchoredBootClock;
import io.requestkey.telemetry.ClockAnchor;

/** The clocks of this machine. For one thread. */
final class SystemClocks implements Clocks {

  /** It moves only when the wall clock is stepped: what two readings differ by is no step. */
  private final AnchoredBootClock boot =
      new AnchoredBootClock(() -> {
        KernelClock.Reading reading = KernelClock.read();
        return new ClockAnchor(reading.bootNanos(), reading.epochNanos());
      });

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public long epochNanos() {
    return KernelClock.epochNanos();
  }

  @Override
  public long bootOffsetNanos() {
    boolean _ = boot.reanchor();
    return boot.offsetNanos();
  }
}

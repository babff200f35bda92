/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import java.util.function.Supplier;

/** A host's two clocks, which a test moves. */
final class FakeClocks implements Supplier<ClockAnchor> {

  private long boot;
  private long wall;
  private long[] delays = {0};
  private int reading;

  FakeClocks(long boot) {
    this.boot = boot;
    this.wall = boot + 1_000_000_000_000L;
  }

  void pass(long nanos) {
    boot += nanos;
    wall += nanos;
  }

  void stepWall(long nanos) {
    wall += nanos;
  }

  /** Time that passes between the two readings, by turns. */
  void delays(long... nanos) {
    delays = nanos;
  }

  @Override
  public ClockAnchor get() {
    return new ClockAnchor(boot, wall + delays[reading++ % delays.length]);
  }
}

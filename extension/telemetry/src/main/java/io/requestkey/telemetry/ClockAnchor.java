/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

/**
 * One moment by two clocks.
 *
 * @param bootNanos CLOCK_BOOTTIME in ns
 * @param epochNanos CLOCK_REALTIME in ns since 1970-01-01T00:00:00Z, at the same moment
 */
public record ClockAnchor(long bootNanos, long epochNanos) {

  /** Wall-clock time of the boot: what is added to kernel time, in ns. */
  public long offsetNanos() {
    return epochNanos - bootNanos;
  }
}

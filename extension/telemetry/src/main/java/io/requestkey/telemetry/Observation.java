/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

/**
 * When and on which boot a hit was read from the kernel. It belongs to the hit, not to the process
 * that delivers it: a journal keeps it, and with it the same hit becomes the same telemetry however
 * often and whenever it is made.
 *
 * @param bootId /proc/sys/kernel/random/boot_id then
 * @param observedEpochNanos wall clock then, in ns since 1970-01-01T00:00:00Z
 * @param bootOffsetNanos wall clock minus CLOCK_BOOTTIME then, in ns: what is added to kernel time
 */
public record Observation(String bootId, long observedEpochNanos, long bootOffsetNanos) {

  /**
   * CLOCK_BOOTTIME then, in ns. A step of the wall clock shows in it for a millisecond at most:
   * until both readings are of after the step.
   */
  public long bootNanos() {
    return observedEpochNanos - bootOffsetNanos;
  }

  /** The wall-clock time of a moment of kernel time, both in ns. */
  long epochNanos(long bootNanos) {
    return bootNanos + bootOffsetNanos;
  }
}

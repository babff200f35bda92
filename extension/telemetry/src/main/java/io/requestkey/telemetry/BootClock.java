/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

/**
 * Turns kernel time into wall-clock time.
 *
 * <p>Telemetry of one hit must be the same however often and whenever it is made, because a backend
 * drops duplicates by content or id. So an implementation must give the same answer for the same
 * argument for as long as that hit can be delivered again: a clock that follows the host's wall
 * clock keeps what it said about the past ({@link ClockAnchors}), and a journal that outlives the
 * process keeps the anchors with the hits.
 *
 * <p>Implementations are safe for use by several threads.
 */
@FunctionalInterface
public interface BootClock {

  /**
   * The wall-clock time of a moment since boot.
   *
   * @param bootNanos CLOCK_BOOTTIME in ns
   * @return ns since 1970-01-01T00:00:00Z
   */
  long epochNanos(long bootNanos);
}

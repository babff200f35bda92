/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

/** What frames are stamped with. */
interface Clocks {

  /** As {@link System#nanoTime}. */
  long nanoTime();

  /** ns since 1970. */
  long epochNanos();

  /** What is to be added to CLOCK_BOOTTIME to make it ns since 1970. */
  long bootOffsetNanos();
}

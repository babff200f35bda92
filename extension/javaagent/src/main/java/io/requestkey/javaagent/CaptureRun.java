/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import java.time.Duration;

/** A capture of this process, from the beginning to its end. For a thread of its own. */
interface CaptureRun extends Runnable {

  /** Captures until {@link #stop}, or says why not and returns. Throws nothing. */
  @Override
  void run();

  /**
   * Asks for what has been called so far to be emitted and waits until it is. From any thread, more
   * than once.
   *
   * @param limit waits no longer than this
   */
  void stop(Duration limit);
}

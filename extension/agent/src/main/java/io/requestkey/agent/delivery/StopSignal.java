/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tells the delivery that the agent stops, and by when it must have ended. Any thread. */
public final class StopSignal {

  private final CountDownLatch stopped = new CountDownLatch(1);
  private final CompletableFuture<Void> overdue = new CompletableFuture<>();
  private volatile long deadlineNanos = Long.MAX_VALUE;

  /** Asks to stop within the given time. */
  public void stop(Duration within) {
    if (stopped.getCount() > 0) {
      deadlineNanos = System.nanoTime() + within.toNanos();
      stopped.countDown();
      overdue.completeOnTimeout(null, within.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /** Completed when the time to stop is over. Not to be completed by others. */
  CompletableFuture<Void> whenOverdue() {
    return overdue;
  }

  /** Whether stopping was asked for. */
  boolean requested() {
    return stopped.getCount() == 0;
  }

  /** Whether the time to stop is over. */
  boolean overdue() {
    return requested() && System.nanoTime() - deadlineNanos >= 0;
  }

  /**
   * Sleeps before another try. While stopping, not beyond the deadline; being asked to stop ends
   * the sleep, for a last try.
   */
  void sleep(Duration duration) throws InterruptedException {
    if (!requested()) {
      boolean _ = stopped.await(duration.toNanos(), TimeUnit.NANOSECONDS);
      return;
    }
    long nanos = Math.min(duration.toNanos(), deadlineNanos - System.nanoTime());
    if (nanos > 0) {
      Thread.sleep(Duration.ofNanos(nanos));
    }
  }
}

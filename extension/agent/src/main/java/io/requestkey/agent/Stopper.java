/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Turns SIGINT and SIGTERM into a clean stop with exit status 0.
 *
 * <p>A JVM ends a signal's shutdown with 128 + the signal, whatever the hooks do; so the last hook
 * waits for the clean stop and then halts with the agent's own status.
 */
final class Stopper {

  private static final CountDownLatch ENDED = new CountDownLatch(1);
  private static final AtomicInteger STATUS = new AtomicInteger();

  private Stopper() {}

  /** Has a signal call the given action, once. */
  static void onSignal(Runnable stop) {
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("stop")
                .unstarted(() -> {
                  stop.run();
                  awaitEnd();
                  Runtime.getRuntime().halt(STATUS.get());
                }));
  }

  /** The agent has ended: so does the process, with this status. */
  static void ended(int status) {
    STATUS.set(status);
    ENDED.countDown();
    System.exit(status);
  }

  private static void awaitEnd() {
    try {
      ENDED.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

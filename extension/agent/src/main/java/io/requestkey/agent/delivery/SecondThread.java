/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Does one thing at a time beside the thread that owns it. */
final class SecondThread implements AutoCloseable {

  /** Work that may be interrupted. */
  @FunctionalInterface
  interface Work {
    void run() throws InterruptedException;
  }

  private final ExecutorService executor;
  private @Nullable Future<?> under;

  SecondThread(String name) {
    executor =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().name(name).daemon(true).factory());
  }

  void begin(Work work) {
    under =
        executor.submit(() -> {
          work.run();
          return null;
        });
  }

  /** Waits for what was begun. */
  void join() throws InterruptedException {
    Future<?> work = under;
    under = null;
    if (work == null) {
      return;
    }
    try {
      Object _ = work.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}

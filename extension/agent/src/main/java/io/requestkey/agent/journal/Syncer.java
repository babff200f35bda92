/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.time.Duration;

/** Does something again and again in a thread of its own. */
final class Syncer {

  private final Runnable work;
  private final Duration interval;
  private final Thread thread;
  private final Object monitor = new Object();
  private boolean asked; // guarded by monitor
  private boolean stopped; // guarded by monitor

  Syncer(Runnable work, Duration interval) {
    this.work = work;
    this.interval = interval;
    this.thread = Thread.ofPlatform().name("journal-sync").daemon(true).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Does it once more at once. */
  void now() {
    synchronized (monitor) {
      asked = true;
      monitor.notifyAll();
    }
  }

  /** Waits until it has ended. */
  void stop() {
    synchronized (monitor) {
      stopped = true;
      monitor.notifyAll();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (pause()) {
        work.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean pause() throws InterruptedException {
    synchronized (monitor) {
      long end = System.nanoTime() + interval.toNanos();
      long left = interval.toNanos();
      while (!asked && !stopped && left > 0) {
        monitor.wait(left / 1_000_000, (int) (left % 1_000_000));
        left = end - System.nanoTime();
      }
      asked = false;
      return !stopped;
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Keeps the kernel side's table of processes: looks through the host once, then at each process
 * that publishes, as it is told by the kernel side. Owns its thread, a platform thread, and the
 * ring of publications.
 */
final class ProcessRegistrar implements AutoCloseable {

  private static final int SWEEP_MILLIS = 10_000;

  /** A process that publishes without end is looked at no oftener. */
  private static final int GATHER_MILLIS = 20;

  private static final int MAX_DRAIN = 4096;
  private static final long STOP_MILLIS = 2_000;

  private final ProcessRegistration registration;
  private final RingReader publications;
  private final LongSupplier missed;
  private final Thread thread;
  private volatile boolean stopping;

  private final Map<Integer, Long> pending = new LinkedHashMap<>();

  /**
   * A registrar.
   *
   * @param publications ring of {@code struct rk_publication}; closed with this
   * @param missed publications the kernel side had no room for, ever growing
   */
  ProcessRegistrar(ProcessRegistration registration, RingReader publications, LongSupplier missed) {
    this.registration = registration;
    this.publications = publications;
    this.missed = missed;
    this.thread = Thread.ofPlatform().name("process-registrar").daemon(true).unstarted(this::run);
  }

  /** Whether /proc has the ids that the kernel side has: the initial namespace's. */
  static boolean possible() {
    return PidNamespace.own() == PidNamespace.INITIAL;
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      // Entries of an agent before this one may be there.
      registration.sweep();
      registration.scan();
      long known = missed.getAsLong();
      long swept = System.nanoTime();
      while (!stopping) {
        int _ = publications.drain(this::take, MAX_DRAIN);
        for (Map.Entry<Integer, Long> process : pending.entrySet()) {
          boolean _ = registration.register(process.getKey(), process.getValue());
        }
        pending.clear();
        if (System.nanoTime() - swept >= SWEEP_MILLIS * 1_000_000L) {
          registration.sweep();
          swept = System.nanoTime();
          long now = missed.getAsLong();
          if (now != known) {
            registration.scan();
            known = now;
          }
        }
        publications.nap(GATHER_MILLIS);
        publications.await(SWEEP_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (CorruptRecordException e) {
      // Cannot be: the ring is the kernel's. Processes that publish from now on are not known.
      System.getLogger(ProcessRegistrar.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "application spans of new processes: {0}",
              e.getMessage());
    }
  }

  private boolean take(MemorySegment data, long offset, int length) {
    if (length >= ProcessLayout.PUBLICATION_SIZE) {
      pending.put(
          data.get(Native.INT, offset + ProcessLayout.PUBLICATION_PID),
          data.get(Native.LONG, offset + ProcessLayout.PUBLICATION_ADDRESS));
    }
    return true;
  }

  @Override
  public void close() {
    stopping = true;
    publications.wake();
    thread.interrupt();
    try {
      thread.join(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // A thread that hangs in a process's memory still has the ring; it ends with the agent.
    if (!thread.isAlive()) {
      publications.close();
    }
  }
}

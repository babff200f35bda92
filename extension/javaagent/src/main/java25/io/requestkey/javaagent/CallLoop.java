/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.requestkey.capture.CaptureException;
import io.requestkey.capture.CorruptRecordException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * What is done in turn while a process captures its own calls: emit calls, let go of spans whose
 * time has come, tell losses, wait. A process that calls without end delays none of it, not the end
 * either. For one thread.
 */
final class CallLoop {

  static final int MAX_DRAIN = 256;

  /** Bounds the delay of a span whose time comes while nothing is called. */
  private static final int HELD_POLL_MILLIS = 100;

  /** Bounds the delay of a record whose wake-up was not sent. */
  private static final int POLL_MILLIS = 500;

  /** For what is called while the process ends. */
  private static final long LAST_DRAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long LOSSES_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** What is looped over. */
  interface Work {

    /**
     * Emits calls that the ring holds.
     *
     * @return how many, {@code max} at most
     */
    int drain(int max) throws CorruptRecordException;

    /** Lets go of the spans whose time had come when the ring was last looked at. */
    void tick();

    /** Whether a span waits for its time. */
    boolean holds();

    void tellLosses() throws CaptureException;

    /** Waits until there are calls, it is woken, or time is up. */
    void await(int millis);
  }

  private final Work work;
  private final BooleanSupplier stopping;
  private final LongSupplier nanoTime;

  CallLoop(Work work, BooleanSupplier stopping, LongSupplier nanoTime) {
    this.work = work;
    this.stopping = stopping;
    this.nanoTime = nanoTime;
  }

  /** Goes on until it is to stop and all that was called by then is emitted. */
  void run() throws CorruptRecordException, CaptureException {
    long toldNanos = nanoTime.getAsLong();
    long stopNanos = 0;
    boolean stops = false;
    boolean last = false;
    while (!last) {
      // Looked at before the ring, which then holds all that was called before.
      if (!stops && stopping.getAsBoolean()) {
        stops = true;
        stopNanos = nanoTime.getAsLong();
      }
      int taken = work.drain(MAX_DRAIN);
      long now = nanoTime.getAsLong();
      last = stops && (taken < MAX_DRAIN || now - stopNanos >= LAST_DRAIN_NANOS);
      work.tick();
      if (last || now - toldNanos >= LOSSES_NANOS) {
        toldNanos = now;
        work.tellLosses();
      }
      if (!last && taken == 0) {
        work.await(work.holds() ? HELD_POLL_MILLIS : POLL_MILLIS);
      }
    }
  }
}

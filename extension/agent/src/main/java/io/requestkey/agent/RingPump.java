/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.requestkey.capture.Capture;
import io.requestkey.capture.CaptureException;
import io.requestkey.capture.CorruptRecordException;
import io.requestkey.capture.RingReader;
import java.util.function.Consumer;

/**
 * Moves records from the ring into the journal, in a platform thread of its own: it blocks in
 * poll(2), which neither an event loop nor a virtual thread may.
 *
 * <p>A record leaves the ring only when the journal has it. When the journal is full the records
 * stay in the ring, and when that is full the kernel counts what it loses.
 */
final class RingPump {

  private static final int MAX_DRAIN = 8192;

  /** Bounds the delay of a record whose wake-up was not sent. */
  private static final int POLL_MILLIS = 100;

  /** Lets a batch gather, so that a busy host costs a wake-up a batch, not a record. */
  private static final int GATHER_MILLIS = 10;

  private final Source source;
  private final RingReader.Sink sink;
  private final Consumer<String> failed;
  private final Thread thread;
  private volatile boolean stopping;

  /** Where records come from. */
  interface Source {
    /** Hands out what is there; tells how many records were taken. */
    int drain(RingReader.Sink sink) throws CorruptRecordException, CaptureException;

    /** Waits for more, and a little longer; {@link #wake} ends both. */
    void await(boolean empty);

    void wake();

    /** Whether the next agent finds what is left here. */
    boolean pinned();
  }

  private record Ring(Capture capture, RingReader ring) implements Source {

    @Override
    public int drain(RingReader.Sink sink) throws CorruptRecordException, CaptureException {
      return capture.drainOlder(sink) + ring.drain(sink, MAX_DRAIN);
    }

    @Override
    public void await(boolean empty) {
      if (empty) {
        ring.await(POLL_MILLIS);
      }
      ring.nap(GATHER_MILLIS);
    }

    @Override
    public void wake() {
      ring.wake();
    }

    @Override
    public boolean pinned() {
      return capture.pinned();
    }
  }

  /**
   * A pump.
   *
   * @param sink the journal; asked on the pump's thread alone
   * @param failed told once, from the pump's thread, when the ring cannot be read any more
   */
  RingPump(Capture capture, RingReader.Sink sink, Consumer<String> failed) {
    this(new Ring(capture, capture.ring()), sink, failed);
  }

  RingPump(Source source, RingReader.Sink sink, Consumer<String> failed) {
    this.source = source;
    this.sink = sink;
    this.failed = failed;
    this.thread = Thread.ofPlatform().name("ring").daemon(true).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /**
   * Ends. Detach the programs first: the ring is emptied as far as the journal has room, except
   * when they are pinned; then what is in it is the next agent's.
   */
  void stop() throws InterruptedException {
    stopping = true;
    source.wake();
    thread.join();
  }

  private void run() {
    try {
      while (!stopping) {
        source.await(source.drain(sink) == 0);
      }
      while (!source.pinned() && source.drain(sink) > 0) {
        // Until it is empty.
      }
    } catch (CorruptRecordException | CaptureException e) {
      failed.accept(String.valueOf(e.getMessage()));
    } catch (Throwable e) {
      // Else the agent would look well, and take nothing any more.
      failed.accept("records are not taken any more: " + e);
    }
  }
}

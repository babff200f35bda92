/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.requestkey.capture.CaptureException;
import io.requestkey.capture.RingReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever ends the ring's thread, somebody is told. */
@Timeout(30)
final class RingPumpTest {

  private final BlockingQueue<String> failures = new LinkedBlockingQueue<>();

  /** A ring that always has a record. */
  private static class Endless implements RingPump.Source {
    @Override
    public int drain(RingReader.Sink sink) throws CaptureException {
      return sink.accept(MemorySegment.ofArray(new byte[8]), 0, 8) ? 1 : 0;
    }

    @Override
    public void await(boolean empty) {}

    @Override
    public void wake() {}

    @Override
    public boolean pinned() {
      return true;
    }
  }

  static Throwable[] ends() {
    return new Throwable[] {
      new UncheckedIOException(new IOException("Input/output error")),
      new InternalError("a fault occurred in an unsafe memory access operation"),
      new IllegalStateException("a mistake"),
    };
  }

  @ParameterizedTest
  @MethodSource("ends")
  void aFailureOfTheJournalIsTold(Throwable end) throws InterruptedException {
    RingPump pump =
        new RingPump(
            new Endless(),
            (_, _, _) -> {
              switch (end) {
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new AssertionError(end);
              }
            },
            failures::add);
    pump.start();
    assertThat(failures.poll(20, TimeUnit.SECONDS))
        .contains("records are not taken any more", String.valueOf(end.getMessage()));
    pump.stop();
  }

  @Test
  void aFailureOfTheRingIsToldInItsOwnWords() throws InterruptedException {
    RingPump pump =
        new RingPump(
            new Endless() {
              @Override
              public int drain(RingReader.Sink sink) throws CaptureException {
                throw new CaptureException("the ring is gone");
              }
            },
            (_, _, _) -> true,
            failures::add);
    pump.start();
    assertThat(failures.poll(20, TimeUnit.SECONDS)).isEqualTo("the ring is gone");
    pump.stop();
  }

  @Test
  void anEndThatWasAskedForIsNoFailure() throws InterruptedException {
    RingPump pump = new RingPump(new Endless(), (_, _, _) -> true, failures::add);
    pump.start();
    pump.stop();
    assertThat(failures).isEmpty();
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MemoryJournalTest {

  private static final MemorySegment DATA = MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5});
  private static final byte[] NO_ACCOUNT = {};

  private static MemoryJournal journal(long maxBytes, FullPolicy whenFull) {
    return new MemoryJournal(maxBytes, whenFull, () -> new Stamp(7, 5, "boot"));
  }

  private static List<Frame> take(JournalReader reader, int max) throws InterruptedException {
    return reader.take(max, Duration.ZERO, Duration.ZERO);
  }

  @Test
  void givesRecordsInOrderAndHoldsThemUntilAcknowledged() throws InterruptedException {
    MemoryJournal journal = journal(100, FullPolicy.STOP);
    JournalReader reader = journal.reader("logs");
    assertThat(journal.append(DATA, 0, 2)).isTrue();
    assertThat(journal.append(DATA, 2, 3)).isTrue();
    List<Frame> frames = take(reader, 10);
    assertThat(frames)
        .extracting(Frame::record)
        .containsExactly(new byte[] {1, 2}, new byte[] {3, 4, 5});
    assertThat(frames)
        .allSatisfy(frame -> {
          assertThat(frame.observedEpochNanos()).isEqualTo(7);
          assertThat(frame.bootOffsetNanos()).isEqualTo(5);
          assertThat(frame.bootId()).isEqualTo("boot");
        });
    assertThat(reader.pending()).isEqualTo(2);
    assertThat(journal.bytes()).isEqualTo(5);
    reader.acknowledge(frames.get(1).number(), NO_ACCOUNT);
    assertThat(reader.pending()).isEqualTo(1);
    assertThat(journal.bytes()).isEqualTo(3);
  }

  @Test
  void holdsARecordUntilTheLastReaderHasAcknowledgedIt() throws InterruptedException {
    MemoryJournal journal = journal(100, FullPolicy.STOP);
    JournalReader logs = journal.reader("logs");
    JournalReader traces = journal.reader("traces");
    assertThat(journal.append(DATA, 0, 2)).isTrue();
    logs.acknowledge(journal.end(), NO_ACCOUNT);
    assertThat(journal.bytes()).isEqualTo(2);
    assertThat(take(traces, 10)).hasSize(1);
    traces.acknowledge(journal.end(), NO_ACCOUNT);
    assertThat(journal.bytes()).isZero();
  }

  @Test
  void aNewReaderBeginsAtTheEndAndAKnownOneAtItsCursor() throws InterruptedException {
    MemoryJournal journal = journal(100, FullPolicy.STOP);
    JournalReader first = journal.reader("logs");
    assertThat(journal.append(DATA, 0, 1)).isTrue();
    assertThat(journal.append(DATA, 1, 1)).isTrue();
    assertThat(take(journal.reader("traces"), 10)).isEmpty();
    long number = take(first, 10).getFirst().number();
    first.acknowledge(number + 1, new byte[] {9});

    JournalReader again = journal.reader("logs");
    assertThat(again.account()).hasValue(new byte[] {9});
    assertThat(take(again, 10)).extracting(Frame::number).containsExactly(number + 1);
  }

  @Test
  void refusesWhatDoesNotFitUntilThereIsRoomAgain() throws InterruptedException {
    MemoryJournal journal = journal(4, FullPolicy.STOP);
    JournalReader reader = journal.reader("logs");
    assertThat(journal.append(DATA, 0, 3)).isTrue();
    assertThat(journal.append(DATA, 0, 2)).isFalse();
    assertThat(take(reader, 1)).hasSize(1);
    assertThat(journal.append(DATA, 0, 2)).as("taken is not yet acknowledged").isFalse();
    reader.acknowledge(journal.end(), NO_ACCOUNT);
    assertThat(journal.append(DATA, 0, 2)).isTrue();
  }

  @Test
  void dropsTheOldestWhereItMay() throws InterruptedException {
    MemoryJournal journal = journal(4, FullPolicy.DROP_OLDEST);
    JournalReader reader = journal.reader("logs");
    for (int i = 0; i < 5; i++) {
      assertThat(journal.append(DATA, i, 1)).isTrue();
    }
    assertThat(journal.dropped()).isEqualTo(1);
    assertThat(take(reader, 10))
        .extracting(Frame::record)
        .containsExactly(new byte[] {2}, new byte[] {3}, new byte[] {4}, new byte[] {5});
  }

  @Test
  void holdsManyRecordsAndLosesNone() throws InterruptedException {
    MemoryJournal journal = journal(1 << 20, FullPolicy.STOP);
    JournalReader reader = journal.reader("logs");
    for (int i = 0; i < 5000; i++) {
      assertThat(journal.append(DATA, 0, 1)).isTrue();
    }
    List<Frame> frames = take(reader, 10_000);
    assertThat(frames).hasSize(5000);
    assertThat(frames.getLast().number()).isEqualTo(frames.getFirst().number() + 4999);
  }

  @Test
  void closedTakesNothingButStillGives() throws InterruptedException {
    MemoryJournal journal = journal(100, FullPolicy.STOP);
    JournalReader reader = journal.reader("logs");
    assertThat(journal.append(DATA, 0, 2)).isTrue();
    journal.close();
    assertThat(journal.append(DATA, 0, 2)).isFalse();
    assertThat(reader.take(10, Duration.ofSeconds(5), Duration.ofSeconds(5))).hasSize(1);
  }
}

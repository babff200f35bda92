/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class MemoryJournalTest {

  private static final MemorySegment DATA = MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5});

  @Test
  void givesRecordsInOrderAndHoldsThemUntilAcknowledged() throws InterruptedException {
    try (MemoryJournal journal = new MemoryJournal(100)) {
      assertThat(journal.append(DATA, 0, 2)).isTrue();
      assertThat(journal.append(DATA, 2, 3)).isTrue();
      assertThat(journal.take(10, Duration.ZERO, Duration.ZERO))
          .containsExactly(new byte[] {1, 2}, new byte[] {3, 4, 5});
      assertThat(journal.pending()).isEqualTo(2);
      assertThat(journal.bytes()).isEqualTo(5);
      journal.acknowledge(1);
      assertThat(journal.pending()).isEqualTo(1);
      assertThat(journal.bytes()).isEqualTo(3);
    }
  }

  @Test
  void refusesWhatDoesNotFitUntilThereIsRoomAgain() throws InterruptedException {
    try (MemoryJournal journal = new MemoryJournal(4)) {
      assertThat(journal.append(DATA, 0, 3)).isTrue();
      assertThat(journal.append(DATA, 0, 2)).isFalse();
      assertThat(journal.take(1, Duration.ZERO, Duration.ZERO)).hasSize(1);
      assertThat(journal.append(DATA, 0, 2)).as("taken is not yet acknowledged").isFalse();
      journal.acknowledge(1);
      assertThat(journal.append(DATA, 0, 2)).isTrue();
    }
  }

  @Test
  void closedTakesNothingButStillGives() throws InterruptedException {
    MemoryJournal journal = new MemoryJournal(100);
    assertThat(journal.append(DATA, 0, 2)).isTrue();
    journal.close();
    assertThat(journal.append(DATA, 0, 2)).isFalse();
    assertThat(journal.take(10, Duration.ofSeconds(5), Duration.ofSeconds(5))).hasSize(1);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.requestkey.agent.journal.FullPolicy;
import io.requestkey.agent.journal.HitJournal;
import io.requestkey.agent.journal.MemoryJournal;
import io.requestkey.agent.journal.Stamp;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How far all is done, when not all is done in order. */
final class SettlementTest {

  private final HitJournal journal =
      new MemoryJournal(1 << 20, FullPolicy.STOP, () -> new Stamp(1, 0, "boot"));
  private final FakeKernel kernel = new FakeKernel();
  private final Ledger ledger = new Ledger(EnumSet.of(Signal.LOGS), journal);
  private Settlement settlement = new Settlement(ledger.of(Signal.LOGS), 0);

  @BeforeEach
  void begin() {
    ledger.begin(1, kernel::counts);
    settlement = new Settlement(ledger.of(Signal.LOGS), 0);
  }

  private void take(int from, int to) {
    for (int number = from; number < to; number++) {
      settlement.taken(number, 1_000 + number);
    }
  }

  private Account account() {
    return Objects.requireNonNull(ledger.accounts().get(Signal.LOGS));
  }

  @Test
  void theCursorIsTheLowestFrameNotSettled() {
    take(0, 4);
    settlement.settle(1, Fate.delivered(1));
    settlement.settle(3, Fate.delivered(1));
    assertThat(settlement.advance()).isEqualTo(0);
    assertThat(settlement.open()).isEqualTo(2);
    assertThat(settlement.oldestObservedEpochNanos()).isEqualTo(1_000);
    settlement.settle(0, Fate.delivered(1));
    assertThat(settlement.advance()).isEqualTo(2);
    assertThat(settlement.oldestObservedEpochNanos()).isEqualTo(1_002);
    settlement.settle(2, Fate.lost("rejected", 1));
    assertThat(settlement.advance()).isEqualTo(4);
    assertThat(settlement.oldestObservedEpochNanos()).isZero();
    assertThat(account().delivered()).isEqualTo(3);
    assertThat(account().lost()).isEqualTo(Map.of("rejected", 1L));
  }

  @Test
  void aFrameIsSettledOnce() {
    take(0, 1);
    settlement.settle(0, Fate.delivered(1));
    settlement.settle(0, Fate.lost("rejected", 1));
    assertThat(settlement.advance()).isEqualTo(1);
    settlement.settle(0, Fate.lost("rejected", 1));
    assertThat(account().delivered()).isEqualTo(1);
    assertThat(account().lost()).isEmpty();
  }

  @Test
  void whatIsAboveTheCursorIsShownButNotKept() {
    kernel.hit(2);
    assertThat(NumberedRecords.append(journal, 0, 2)).isTrue();
    take(0, 2);
    settlement.settle(1, Fate.delivered(1));
    SignalBooks books = ledger.of(Signal.LOGS);
    books.reader().acknowledge(settlement.advance(), books.encoded());
    assertThat(account().delivered()).isEqualTo(1);

    Ledger again = new Ledger(EnumSet.of(Signal.LOGS), journal);
    again.begin(1, kernel::counts);
    assertThat(again.accounts().get(Signal.LOGS))
        .extracting(Account::delivered, Account::inFlight)
        .containsExactly(0L, 2L);
  }

  @Test
  void missingFramesAreLostAndSteppedOver() {
    take(0, 1);
    settlement.missing(5, "journal_full", 4);
    settlement.missing(6, "journal_damaged", 1);
    take(6, 8);
    settlement.settle(7, Fate.delivered(1));
    settlement.settle(6, Fate.delivered(1));
    assertThat(settlement.advance()).isEqualTo(0);
    settlement.settle(0, Fate.delivered(1));
    assertThat(settlement.advance()).isEqualTo(8);
    assertThat(account().lost()).isEqualTo(Map.of("journal_damaged", 1L, "journal_full", 4L));
  }

  @Test
  void whateverTheOrderAllOfItIsCounted() {
    Random random = new Random(7);
    List<Integer> open = new ArrayList<>();
    int number = 0;
    int settled = 0;
    for (int round = 0; round < 500; round++) {
      int more = random.nextInt(20);
      for (int i = 0; i < more; i++) {
        settlement.taken(number, 1);
        open.add(number++);
      }
      Collections.shuffle(open, random);
      int done = random.nextInt(open.size() + 1);
      for (int i = 0; i < done; i++) {
        settlement.settle(open.removeLast(), Fate.delivered(1));
        settled++;
      }
      assertThat(settlement.advance())
          .isEqualTo(open.stream().mapToInt(n -> n).min().orElse(number));
      assertThat(settlement.open()).isEqualTo(open.size());
      assertThat(account().delivered()).isEqualTo(settled);
    }
  }
}

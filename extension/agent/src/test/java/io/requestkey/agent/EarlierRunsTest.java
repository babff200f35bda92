/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.requestkey.agent.delivery.Account;
import io.requestkey.agent.delivery.Ledger;
import io.requestkey.agent.delivery.Signal;
import io.requestkey.agent.journal.FullPolicy;
import io.requestkey.agent.journal.HitJournal;
import io.requestkey.agent.journal.MemoryJournal;
import io.requestkey.agent.journal.Stamp;
import io.requestkey.capture.HitKind;
import io.requestkey.capture.KernelCounts;
import io.requestkey.capture.KernelLoss;
import io.requestkey.capture.KindCounts;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What this process adds to books that go on over all runs. */
final class EarlierRunsTest {

  private final HitJournal journal =
      new MemoryJournal(1000, FullPolicy.STOP, () -> new Stamp(1, 0, "boot"));

  private Ledger ledger() {
    return new Ledger(EnumSet.of(Signal.LOGS), journal);
  }

  private static KernelCounts counts(long hits, long filtered, long ringFull) {
    return new KernelCounts(
        Map.of(
            HitKind.KEYCTL,
            new KindCounts(
                hits,
                filtered,
                hits - filtered - ringFull,
                Map.of(KernelLoss.RING_FULL, ringFull))),
        0);
  }

  private void earlierRun() {
    Ledger ledger = ledger();
    ledger.begin(7, () -> counts(100, 10, 5));
    ledger.keep();
  }

  /** Begins the books with these programs; what of them is of this process. */
  private Account since(long epoch, KernelCounts counts) {
    Ledger ledger = ledger();
    EarlierRuns earlier = new EarlierRuns(ledger.accounts(), 0, 0, 0, Map.of());
    ledger.begin(epoch, () -> counts);
    return Objects.requireNonNull(
        earlier.begun(ledger.accounts()).since(ledger.accounts()).get(Signal.LOGS));
  }

  @Test
  void theFirstRunHasCountedEverything() {
    Account since = since(7, counts(100, 10, 5));
    assertThat(since.hits()).isEqualTo(100);
    assertThat(since.lost()).isEqualTo(Map.of("ring_full", 5L));
  }

  @Test
  void whatWasCountedByThenIsNotCountedAgain() {
    earlierRun();
    Account since = since(7, counts(100, 10, 5));
    assertThat(since.hits()).isZero();
    assertThat(since.filtered()).isZero();
    assertThat(since.lost()).isEmpty();
    assertThat(since.inFlight()).isEqualTo(85);
  }

  /** Else nobody would ever tell of what was lost then. */
  @Test
  void whatHappenedWhileNoAgentRanIsCounted() {
    earlierRun();
    Account since = since(7, counts(130, 12, 9));
    assertThat(since.hits()).isEqualTo(30);
    assertThat(since.filtered()).isEqualTo(2);
    assertThat(since.lost()).isEqualTo(Map.of("ring_full", 4L));
  }

  @Test
  void newProgramsHaveCountedAllForThisProcess() {
    earlierRun();
    Account since = since(8, counts(3, 1, 0));
    assertThat(since.hits()).isEqualTo(3);
    assertThat(since.filtered()).isEqualTo(1);
    assertThat(since.lost()).isEmpty();
  }
}

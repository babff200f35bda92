/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.requestkey.agent.http.LedgerJson;
import io.requestkey.agent.journal.FullPolicy;
import io.requestkey.agent.journal.HitJournal;
import io.requestkey.agent.journal.MemoryJournal;
import io.requestkey.agent.journal.Stamp;
import io.requestkey.capture.KernelLoss;
import java.lang.reflect.Proxy;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LedgerTest {

  private final HitJournal journal =
      new MemoryJournal(1 << 20, FullPolicy.STOP, () -> new Stamp(1, 0, "boot"));
  private final FakeKernel kernel = new FakeKernel();

  private Ledger ledger(Signal... signals) {
    return new Ledger(EnumSet.copyOf(Set.of(signals)), journal);
  }

  /** As a lane does: settles the next frames of a signal, and acknowledges them. */
  private static void settle(Ledger ledger, Signal signal, int frames, Fate fate) {
    SignalBooks books = ledger.of(signal);
    long next = books.reader().next();
    for (int i = 0; i < frames; i++) {
      books.settled(next, fate);
      books.keep(next, fate);
      next++;
    }
    books.reader().acknowledge(next, books.encoded());
  }

  private static Account account(Ledger ledger, Signal signal) {
    return Objects.requireNonNull(ledger.accounts().get(signal));
  }

  private static void assertAccount(
      Ledger ledger,
      Signal signal,
      long hits,
      long filtered,
      long delivered,
      long inFlight,
      Map<String, Long> lost) {
    assertThat(account(ledger, signal))
        .isEqualTo(new Account(hits, filtered, delivered, inFlight, new java.util.TreeMap<>(lost)));
  }

  @Test
  void eachSignalBalancesByItself() {
    Ledger ledger = ledger(Signal.LOGS, Signal.TRACES);
    ledger.begin(1, kernel::counts);
    kernel.hit(85).filtered(10).lost(KernelLoss.RING_FULL, 5);
    assertThat(NumberedRecords.append(journal, 0, 83)).isTrue();
    settle(ledger, Signal.LOGS, 80, Fate.delivered(1));
    settle(ledger, Signal.TRACES, 60, Fate.delivered(1));
    settle(ledger, Signal.TRACES, 3, Fate.lost("rejected", 1));

    assertThat(LedgerJson.of(ledger).encode())
        .isEqualTo(
            "{\"logs\":{\"hits\":100,\"filtered\":10,\"delivered\":80,\"in_flight\":5,"
                + "\"lost\":{\"ring_full\":5}},"
                + "\"traces\":{\"hits\":100,\"filtered\":10,\"delivered\":60,\"in_flight\":22,"
                + "\"lost\":{\"rejected\":3,\"ring_full\":5}}}");
  }

  @Test
  void aSignalThatIsOffIsNoPartOfTheBooks() {
    Ledger ledger = ledger(Signal.LOGS);
    ledger.begin(1, kernel::counts);
    assertThat(LedgerJson.of(ledger).fieldNames()).containsExactly("logs");
    assertThatThrownBy(() -> ledger.of(Signal.TRACES)).hasMessageContaining("switched off");
  }

  @Test
  void aSecondRunGoesOnWithTheBooksOfTheFirst() {
    Ledger first = ledger(Signal.LOGS);
    first.begin(1, kernel::counts);
    kernel.hit(10).filtered(4).lost(KernelLoss.ENTRY_MISSED, 1);
    assertThat(NumberedRecords.append(journal, 0, 10)).isTrue();
    settle(first, Signal.LOGS, 7, Fate.delivered(1));
    first.keep();

    Ledger second = ledger(Signal.LOGS);
    assertAccount(second, Signal.LOGS, 15, 4, 7, 3, Map.of("entry_missed", 1L));
    FakeKernel next = new FakeKernel();
    second.begin(2, next::counts);
    next.hit(5).filtered(2);
    settle(second, Signal.LOGS, 3, Fate.delivered(1));
    assertAccount(second, Signal.LOGS, 22, 6, 10, 5, Map.of("entry_missed", 1L));
  }

  @Test
  void whoAsksForTheAccountsDoesNotWaitForTheDisk() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch written = new CountDownLatch(1);
    HitJournal slow =
        (HitJournal)
            Proxy.newProxyInstance(
                HitJournal.class.getClassLoader(),
                new Class<?>[] {HitJournal.class},
                (_, method, arguments) -> {
                  if (method.getName().equals("state") && arguments.length == 2) {
                    writing.countDown();
                    written.await();
                  }
                  return method.invoke(journal, arguments);
                });
    Ledger ledger = new Ledger(EnumSet.of(Signal.LOGS), slow);
    Thread keeper = Thread.ofPlatform().start(() -> ledger.begin(1, kernel::counts));
    writing.await();
    assertThat(CompletableFuture.supplyAsync(ledger::accounts).get(20, TimeUnit.SECONDS))
        .containsOnlyKeys(Signal.LOGS);
    written.countDown();
    keeper.join();
  }

  @Test
  void anEpochThatOutlivesTheAgentGoesOn() {
    Ledger first = ledger(Signal.LOGS);
    first.begin(7, kernel::counts);
    kernel.hit(10);
    assertThat(NumberedRecords.append(journal, 0, 10)).isTrue();
    settle(first, Signal.LOGS, 10, Fate.delivered(1));

    kernel.hit(1000).lost(KernelLoss.RING_FULL, 20);
    Ledger second = ledger(Signal.LOGS);
    second.begin(7, kernel::counts);
    assertAccount(second, Signal.LOGS, 1030, 0, 10, 1000, Map.of("ring_full", 20L));
  }

  @Test
  void afterAKillWhatIsKnownBalancesAndWhatNeverReachedTheJournalIsAbandoned() {
    Ledger first = ledger(Signal.LOGS, Signal.TRACES);
    first.begin(1, kernel::counts);
    kernel.hit(100).filtered(3);
    assertThat(NumberedRecords.append(journal, 0, 60)).isTrue();
    settle(first, Signal.LOGS, 20, Fate.delivered(1));
    first.keep();
    // Seen by nobody any more: five of these reached the journal.
    kernel.hit(50).filtered(9);
    assertThat(NumberedRecords.append(journal, 60, 65)).isTrue();

    Ledger second = ledger(Signal.LOGS, Signal.TRACES);
    second.begin(2, new FakeKernel()::counts);
    assertAccount(second, Signal.LOGS, 103, 3, 20, 45, Map.of("abandoned", 35L));
    assertAccount(second, Signal.TRACES, 103, 3, 0, 65, Map.of("abandoned", 35L));
  }

  @Test
  void aSignalSwitchedOnLaterHasNoPartInWhatWasBefore() {
    Ledger first = ledger(Signal.LOGS);
    first.begin(1, kernel::counts);
    kernel.hit(10).filtered(4).lost(KernelLoss.RING_FULL, 2);
    assertThat(NumberedRecords.append(journal, 0, 8)).isTrue();
    settle(first, Signal.LOGS, 8, Fate.delivered(1));

    Ledger second = ledger(Signal.LOGS, Signal.TRACES);
    second.begin(1, kernel::counts);
    // Two are still in the ring: they will come to both.
    assertAccount(second, Signal.LOGS, 16, 4, 8, 2, Map.of("ring_full", 2L));
    assertAccount(second, Signal.TRACES, 2, 0, 0, 2, Map.of());
  }

  @Test
  void aFrameThatIsNoHitOfASignalIsNoneInClosedEpochsEither() {
    Ledger first = ledger(Signal.LOGS, Signal.TRACES);
    first.begin(1, kernel::counts);
    kernel.hit(2).keysFreed(3);
    assertThat(NumberedRecords.append(journal, 0, 5)).isTrue();
    settle(first, Signal.TRACES, 2, Fate.delivered(0));
    first.keep();
    Ledger second = ledger(Signal.LOGS, Signal.TRACES);
    second.begin(2, new FakeKernel()::counts);
    settle(second, Signal.TRACES, 1, Fate.delivered(0));
    settle(second, Signal.TRACES, 2, Fate.delivered(1));
    assertAccount(second, Signal.TRACES, 2, 0, 2, 0, Map.of());
  }

  @Test
  void withoutTheKernelsPartTheFramesStillBalance() {
    Ledger first = ledger(Signal.LOGS);
    first.begin(1, kernel::counts);
    kernel.hit(10).filtered(4);
    assertThat(NumberedRecords.append(journal, 0, 10)).isTrue();
    settle(first, Signal.LOGS, 6, Fate.delivered(1));
    journal.state("kernel", new byte[] {99});

    Ledger second = ledger(Signal.LOGS);
    second.begin(2, new FakeKernel()::counts);
    assertAccount(second, Signal.LOGS, 10, 0, 6, 4, Map.of());
  }

  @Test
  void anAccountThatMakesNoSenseIsBegunAnew() {
    Ledger first = ledger(Signal.LOGS);
    first.begin(1, kernel::counts);
    kernel.hit(10);
    assertThat(NumberedRecords.append(journal, 0, 10)).isTrue();
    settle(first, Signal.LOGS, 6, Fate.delivered(1));
    first.keep();
    first.of(Signal.LOGS).reader().acknowledge(6, new byte[] {1, 2, 3});

    Ledger second = ledger(Signal.LOGS);
    second.begin(2, new FakeKernel()::counts);
    assertAccount(second, Signal.LOGS, 4, 0, 0, 4, Map.of());
  }

  @Test
  void howeverTheAgentDiesTheBooksBalanceAndEndInFlightZero() {
    Random random = new Random(20_261_125);
    int appended = 0;
    long epoch = 0;
    FakeKernel loaded = new FakeKernel();
    Ledger ledger = ledger(Signal.LOGS, Signal.TRACES);
    ledger.begin(++epoch, loaded::counts);
    for (int step = 0; step < 2_000; step++) {
      switch (random.nextInt(8)) {
        case 0 -> loaded.filtered(random.nextInt(4));
        case 1 -> loaded.lost(KernelLoss.RING_FULL, random.nextInt(3));
        case 2 -> ledger.keep();
        case 3 -> {
          // A kill, sometimes with the programs going on.
          if (random.nextBoolean()) {
            loaded = new FakeKernel();
            epoch++;
          }
          ledger = ledger(Signal.LOGS, Signal.TRACES);
          ledger.begin(epoch, loaded::counts);
        }
        case 4, 5 -> {
          int n = random.nextInt(5);
          loaded.hit(n);
          assertThat(NumberedRecords.append(journal, appended, appended + n)).isTrue();
          appended += n;
        }
        default -> {
          Signal signal = random.nextBoolean() ? Signal.LOGS : Signal.TRACES;
          long pending = ledger.of(signal).reader().pending();
          Fate fate = random.nextInt(4) == 0 ? Fate.lost("rejected", 1) : Fate.delivered(1);
          settle(ledger, signal, (int) Math.min(pending, random.nextInt(6)), fate);
        }
      }
      for (Signal signal : Signal.values()) {
        assertThat(account(ledger, signal).inFlight())
            .as("step %d, %s", step, signal)
            .isEqualTo(ledger.of(signal).reader().pending());
      }
    }
    assertThat(appended).isPositive();
  }
}

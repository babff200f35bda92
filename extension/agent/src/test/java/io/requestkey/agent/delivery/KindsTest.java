/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.requestkey.agent.delivery.DeliveryRun.Protocol;
import io.requestkey.agent.journal.FullPolicy;
import io.requestkey.agent.journal.HitJournal;
import io.requestkey.agent.journal.JournalOptions;
import io.requestkey.agent.journal.Journals;
import io.requestkey.agent.journal.KilledJournal;
import io.requestkey.agent.journal.SyncPolicy;
import io.requestkey.agent.otlp.Fault;
import io.requestkey.agent.otlp.FaultyReceiver;
import io.requestkey.agent.otlp.OtlpReceivers;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The books of the spans, when records are lost of which some are no hits of theirs: ends of keys,
 * which the kernel side counts for the log records alone.
 */
@Timeout(60)
final class KindsTest {

  private static final int REQUEST_KEY = 0;
  private static final int KEY_FREED = 4;
  private static final int BYTES = 1000;
  private static final Set<String> READERS = Set.of("logs", "traces");

  @RegisterExtension static final OtlpReceivers otlp = new OtlpReceivers();

  @TempDir private Path temporary;
  private final FaultyReceiver logs = otlp.start();
  private final FaultyReceiver traces = otlp.start();
  private final FakeKernel kernel = new FakeKernel();
  private FakeKernel kernelOfNow = kernel;

  private HitJournal open(FullPolicy full) throws Exception {
    return Journals.open(
        JournalOptions.directory(temporary.resolve("journal"), 256 << 10)
            .withSync(SyncPolicy.NONE, Duration.ofSeconds(1))
            .withFull(full),
        READERS,
        _ -> {});
  }

  private DeliveryRun run(HitJournal journal, long epoch) {
    DeliveryRun run =
        new DeliveryRun(Protocol.HTTP, logs.url(), traces.url(), journal, epoch, kernelOfNow);
    run.options = DeliveryRun.keeping();
    run.spanRenderer =
        NumberedRecords.rendered(frame ->
            frame.record()[5] == KEY_FREED
                ? Rendered.nothing(frame.number())
                : Rendered.of(frame.number(), NumberedRecords.span(frame)));
    return run;
  }

  /** Both kinds by turns. */
  private void hit(HitJournal journal, int pairs) {
    kernel.hit(pairs).keysFreed(pairs);
    for (int i = 0; i < 2 * pairs; i++) {
      byte[] record = new byte[BYTES];
      record[5] = (byte) (i % 2 == 0 ? REQUEST_KEY : KEY_FREED);
      assertThat(journal.append(MemorySegment.ofArray(record), 0, BYTES)).isTrue();
    }
  }

  /** A thousand of each kind, more than the journal holds for a signal that is not taken. */
  private void deliverLogs(HitJournal journal, DeliveryRun run) {
    for (int i = 0; i < 20; i++) {
      hit(journal, 50);
      run.awaitDone(Signal.LOGS);
    }
  }

  @Test
  void whatWasDroppedCountsAsTheKernelCountedIt() throws Exception {
    HitJournal journal = open(FullPolicy.DROP_OLDEST);
    traces.otherwise(Fault.httpStatus(503));
    try (DeliveryRun run = run(journal, 1)) {
      run.start();
      deliverLogs(journal, run);
      traces.otherwise(Fault.none());
      run.awaitDone(Signal.TRACES);
      Account spans = run.account(Signal.TRACES);
      assertThat(spans.hits()).isEqualTo(1_000);
      assertThat(spans.lost()).containsOnlyKeys("journal_full");
      assertThat(spans.totalLost()).isPositive();
      assertThat(spans.delivered() + spans.totalLost()).isEqualTo(1_000);
      assertThat(Arrivals.spanIds(traces)).hasSize((int) spans.delivered());
      assertThat(run.account(Signal.LOGS).hits()).isEqualTo(2_000);
      assertThat(run.account(Signal.LOGS).lost()).isEmpty();
    }
  }

  @Test
  void whatWasDroppedForOneSignalIsNoMeasureForTheOther() throws Exception {
    HitJournal journal = open(FullPolicy.DROP_OLDEST);
    traces.otherwise(Fault.httpStatus(503));
    try (DeliveryRun run = run(journal, 1)) {
      run.start();
      deliverLogs(journal, run);
      logs.otherwise(Fault.httpStatus(503));
      for (int i = 0; i < 10; i++) {
        hit(journal, 50);
      }
      logs.otherwise(Fault.none());
      traces.otherwise(Fault.none());
      run.awaitDone(Signal.LOGS).awaitDone(Signal.TRACES);
      for (Signal signal : Signal.values()) {
        Account account = run.account(signal);
        assertThat(account.hits()).isEqualTo(signal == Signal.LOGS ? 3_000 : 1_500);
        assertThat(account.lost()).containsOnlyKeys("journal_full");
        assertThat(account.delivered() + account.totalLost()).isEqualTo(account.hits());
      }
    }
  }

  @Test
  void whatWasDroppedBeforeARestartIsNoDamageAfterIt() throws Exception {
    HitJournal journal = open(FullPolicy.DROP_OLDEST);
    try (DeliveryRun run = run(journal, 1)) {
      // It never starts: nothing is taken, and nothing is acknowledged.
      for (int i = 0; i < 20; i++) {
        hit(journal, 50);
      }
      run.ledger.keep();
    }
    KilledJournal.kill(journal);
    HitJournal again = open(FullPolicy.DROP_OLDEST);
    try (DeliveryRun run = run(again, 1).start()) {
      run.awaitDone(Signal.LOGS).awaitDone(Signal.TRACES);
      Account logRecords = run.account(Signal.LOGS);
      assertThat(logRecords.lost()).containsOnlyKeys("journal_full");
      assertThat(logRecords.delivered() + logRecords.totalLost()).isEqualTo(2_000);
      Account spans = run.account(Signal.TRACES);
      assertThat(spans.hits()).isEqualTo(1_000);
      assertThat(spans.lost()).containsOnlyKeys("journal_full");
      assertThat(spans.delivered() + spans.totalLost()).isEqualTo(1_000);
    }
  }

  @Test
  void whatDamageTookCountsAsHitsOfBothAndTheBooksBalance() throws Exception {
    HitJournal journal = open(FullPolicy.STOP);
    try (DeliveryRun run = run(journal, 1)) {
      hit(journal, 25);
      run.ledger.keep();
    }
    KilledJournal.kill(journal);
    flip(48);
    HitJournal again = open(FullPolicy.STOP);
    hit(again, 25);
    // Of the 48 that are gone 24 were no hits of the spans, but who can know that.
    Account expected = Account.of(74, 0, 26, Map.of("journal_damaged", 48L));
    try (DeliveryRun run = run(again, 1).start()) {
      run.awaitDone(Signal.LOGS).awaitDone(Signal.TRACES);
      assertThat(run.account(Signal.LOGS).lost()).isEqualTo(Map.of("journal_damaged", 48L));
      assertThat(run.account(Signal.TRACES)).isEqualTo(expected);
      assertThat(run.end(Duration.ofSeconds(5))).isTrue();
    }
    Ledger ledger = new Ledger(Set.of(Signal.TRACES), again);
    ledger.begin(1, kernel::counts);
    assertThat(ledger.accounts().get(Signal.TRACES)).as("in the next run").isEqualTo(expected);
  }

  @Test
  void whatProgramsThatAreGoneNeverGaveToTheJournalIsAbandonedByItsKind() throws Exception {
    HitJournal journal = open(FullPolicy.STOP);
    try (DeliveryRun run = run(journal, 1)) {
      hit(journal, 25);
      run.start().awaitDone(Signal.LOGS).awaitDone(Signal.TRACES);
      await().until(() -> run.state(Signal.TRACES).pendingFrames() == 0);
      assertThat(run.end(Duration.ofSeconds(5))).isTrue();
      hit(journal, 50);
      // In the ring, which went with the programs.
      kernel.hit(25).keysFreed(25);
      run.ledger.keep();
      assertThat(run.account(Signal.TRACES).hits()).isEqualTo(100);
    }
    KilledJournal.kill(journal);
    kernelOfNow = new FakeKernel();
    try (DeliveryRun run = run(open(FullPolicy.STOP), 2)) {
      assertThat(run.account(Signal.LOGS))
          .isEqualTo(Account.of(200, 0, 50, Map.of("abandoned", 50L)));
      assertThat(run.account(Signal.TRACES))
          .isEqualTo(Account.of(100, 0, 25, Map.of("abandoned", 25L)));
      run.start().awaitDone(Signal.LOGS).awaitDone(Signal.TRACES);
      assertThat(run.account(Signal.TRACES))
          .isEqualTo(Account.of(100, 0, 75, Map.of("abandoned", 25L)));
    }
  }

  /** The first frames of the only segment are damaged. */
  private void flip(int frames) throws IOException {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(temporary.resolve("journal"), "segment-*")) {
      for (Path path : files) {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
          for (int i = 0; i < frames; i++) {
            file.seek(256 + i * 1032L + 500);
            file.writeByte(0x55);
          }
        }
      }
    }
  }
}

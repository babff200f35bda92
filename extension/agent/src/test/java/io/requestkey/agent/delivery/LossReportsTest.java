/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.requestkey.agent.Diagnostics;
import io.requestkey.agent.journal.FullPolicy;
import io.requestkey.agent.journal.HitJournal;
import io.requestkey.agent.journal.MemoryJournal;
import io.requestkey.agent.journal.Stamp;
import io.requestkey.capture.KernelCounts;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of losses, and whose they are said to be. */
final class LossReportsTest {

  private final HitJournal journal =
      new MemoryJournal(1 << 20, FullPolicy.STOP, () -> new Stamp(1, 0, "boot"));
  private final Ledger ledger = new Ledger(EnumSet.allOf(Signal.class), journal);
  private final Map<Signal, Account> accounts = new EnumMap<>(Signal.class);
  private final List<String> told = new ArrayList<>();
  private long nowNanos = 1;

  private final Courier<String> courier =
      new Courier<>(
          Signal.LOGS,
          List.of(
              new Target<>(
                  "list",
                  items -> {
                    told.addAll(items);
                    return CompletableResultCode.ofSuccess();
                  })),
          DeliveryRun.options(),
          new StopSignal(),
          new Complaints(
              new Diagnostics(
                  new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8))),
          () -> false);

  private LossReports<String> reports;

  @BeforeEach
  void begin() {
    ledger.begin(1, KernelCounts::none);
    reports =
        new LossReports<>(
            () -> accounts,
            ledger.of(Signal.LOGS),
            loss -> loss.count() + " " + loss.signal() + " " + loss.reason(),
            () -> nowNanos);
  }

  private void lost(Signal signal, String reason, long count) {
    accounts.put(signal, Account.of(100_000, 0, 0, Map.of(reason, count)));
  }

  private List<String> report() throws InterruptedException {
    nowNanos += 10_000_000_000L;
    told.clear();
    boolean _ = reports.report(courier);
    return List.copyOf(told);
  }

  @Test
  void whatTheKernelLostIsToldOnceForAllSignals() throws InterruptedException {
    lost(Signal.LOGS, "ring_full", 5);
    lost(Signal.TRACES, "ring_full", 5);
    assertThat(report()).containsExactly("5 null ring_full");
  }

  @Test
  void whatTheJournalLostToOneSignalIsThatSignals() throws InterruptedException {
    for (String reason : List.of(LossReason.JOURNAL_FULL, LossReason.JOURNAL_DAMAGED)) {
      lost(Signal.LOGS, reason, 0);
      lost(Signal.TRACES, reason, 10_000);
      assertThat(report()).containsExactly("10000 TRACES " + reason);
      lost(Signal.LOGS, reason, 8_000);
      assertThat(report()).as("not hidden by the others").containsExactly("8000 LOGS " + reason);
      assertThat(LossReason.whileExporting(reason)).isFalse();
    }
  }
}

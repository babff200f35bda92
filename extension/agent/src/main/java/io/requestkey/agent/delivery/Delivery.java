/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.agent.Diagnostics;
import io.requestkey.agent.journal.HitJournal;
import io.requestkey.capture.KernelClock;
import io.requestkey.telemetry.LossRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes records from the journal, turns them into telemetry, and sends it: each signal at its own
 * pace, in a thread of its own, so that one whose receiver is slow or dead does not hold the other.
 */
public final class Delivery {

  private final List<Lane<?>> lanes = new ArrayList<>();

  private final HitJournal journal;
  private final Ledger ledger;
  private final DeliveryOptions options;
  private final StopSignal stop;
  private final Diagnostics diagnostics;
  private final Consumer<String> failed;

  /**
   * A delivery without a signal. The ledger must have begun.
   *
   * @param failed told, from any thread, when a signal cannot be delivered any more
   */
  public Delivery(
      HitJournal journal,
      Ledger ledger,
      DeliveryOptions options,
      StopSignal stop,
      Diagnostics diagnostics,
      Consumer<String> failed) {
    this.journal = journal;
    this.ledger = ledger;
    this.options = options;
    this.stop = stop;
    this.diagnostics = diagnostics;
    this.failed = failed;
  }

  /**
   * Adds the log records. They also tell of losses.
   *
   * @param targets at least one; the first decides what becomes of an item
   * @param lossRecords makes the records that tell of losses
   */
  public void logs(
      Renderer<LogRecordData> renderer,
      List<Target<LogRecordData>> targets,
      LossRecord.Maker lossRecords) {
    SignalBooks books = ledger.of(Signal.LOGS);
    Function<LossReports.Loss, LogRecordData> maker =
        loss -> {
          Signal of = loss.signal();
          return lossRecords.make(
              loss.reason(),
              of == null ? null : of.label(),
              loss.count(),
              loss.sinceEpochNanos(),
              loss.nowEpochNanos());
        };
    add(
        Signal.LOGS,
        renderer,
        targets,
        new LossReports<>(ledger::accounts, books, maker, KernelClock::epochNanos));
  }

  /**
   * Adds the spans.
   *
   * @param targets at least one; the first decides what becomes of an item
   */
  public void traces(Renderer<SpanData> renderer, List<Target<SpanData>> targets) {
    add(Signal.TRACES, renderer, targets, null);
  }

  private <T> void add(
      Signal signal,
      Renderer<T> renderer,
      List<Target<T>> targets,
      @Nullable LossReports<T> lossReports) {
    Complaints complaints = new Complaints(diagnostics);
    lanes.add(
        new Lane<>(
            signal,
            journal,
            ledger.of(signal),
            renderer,
            targets,
            lossReports,
            options,
            stop,
            complaints,
            failed));
  }

  /** Starts delivering. */
  public void start() {
    lanes.forEach(Lane::start);
  }

  /** Where each signal is. Any thread. */
  public List<LaneState> states() {
    return lanes.stream().map(Lane::state).toList();
  }

  /**
   * Delivers what is in the journal, as far as the stop signal's deadline allows, and ends.
   *
   * @return whether it ended in time
   */
  public boolean finish(Duration within) throws InterruptedException {
    lanes.forEach(Lane::drain);
    long deadline = System.nanoTime() + within.toNanos();
    boolean all = true;
    for (Lane<?> lane : lanes) {
      all &= lane.awaitEnd(deadline - System.nanoTime());
    }
    return all;
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.agent.Diagnostics;
import io.requestkey.agent.journal.HitJournal;
import io.requestkey.capture.CorruptRecordException;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.RecordDecoder;
import io.requestkey.telemetry.KeySignals;
import io.requestkey.telemetry.KeyTelemetry;
import io.requestkey.telemetry.Observation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes records from the journal, turns each into telemetry, and acknowledges it once every signal
 * of it has been accepted or counted lost.
 *
 * <p>Runs in two threads of its own: one takes, decodes and sends the log records, the other sends
 * the spans of the same batch at the same time.
 */
public final class Delivery {

  private static final int BATCH = 512; // as OTEL_BLRP_MAX_EXPORT_BATCH_SIZE has it
  private static final Duration WAIT = Duration.ofMillis(500);
  private static final Duration LINGER = Duration.ofMillis(100);

  private final HitJournal journal;
  private final KeyTelemetry telemetry;
  private final Supplier<Observation> observations;
  private final Ledger ledger;
  private final @Nullable Lane<LogRecordData> logs;
  private final @Nullable Lane<SpanData> traces;
  private final Diagnostics diagnostics;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean draining;

  /**
   * A delivery; {@link #start} starts it.
   *
   * @param observations asked on the delivery's thread for each batch: when its records are read
   * @param logTargets empty when log records are switched off
   * @param spanTargets empty when spans are switched off
   */
  public Delivery(
      HitJournal journal,
      KeyTelemetry telemetry,
      Supplier<Observation> observations,
      Ledger ledger,
      List<Target<LogRecordData>> logTargets,
      List<Target<SpanData>> spanTargets,
      StopSignal stop,
      Diagnostics diagnostics) {
    this.journal = journal;
    this.telemetry = telemetry;
    this.observations = observations;
    this.ledger = ledger;
    this.diagnostics = diagnostics;
    this.logs =
        logTargets.isEmpty()
            ? null
            : new Lane<>(Signal.LOGS, ledger.of(Signal.LOGS), logTargets, stop, diagnostics);
    this.traces =
        spanTargets.isEmpty()
            ? null
            : new Lane<>(Signal.TRACES, ledger.of(Signal.TRACES), spanTargets, stop, diagnostics);
  }

  /** Starts delivering. */
  public void start() {
    Thread.ofPlatform().name("delivery").daemon(true).start(this::run);
  }

  /**
   * Delivers what is in the journal, as far as the stop signal's deadline allows, and ends.
   *
   * @return whether it ended in time
   */
  public boolean finish(Duration within) throws InterruptedException {
    draining = true;
    return ended.await(within.toNanos(), java.util.concurrent.TimeUnit.NANOSECONDS);
  }

  private void run() {
    try (SecondThread second = new SecondThread("delivery-traces")) {
      while (true) {
        // Looked at before the journal: what is appended until then is still taken.
        boolean last = draining;
        List<byte[]> frames = journal.take(BATCH, last ? Duration.ZERO : WAIT, LINGER);
        if (frames.isEmpty()) {
          if (last) {
            return;
          }
          continue;
        }
        deliver(frames, second);
        journal.acknowledge(frames.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ended.countDown();
    }
  }

  private void deliver(List<byte[]> frames, SecondThread second) throws InterruptedException {
    List<LogRecordData> logBatch = new ArrayList<>(frames.size());
    List<SpanData> spanBatch = new ArrayList<>(frames.size());
    Observation observation = observations.get();
    for (byte[] frame : frames) {
      try {
        KeyHit hit = RecordDecoder.decode(frame);
        KeySignals signals = telemetry.signals(hit, observation);
        logBatch.add(signals.log());
        if (signals.span() != null) {
          spanBatch.add(signals.span());
        }
      } catch (CorruptRecordException e) {
        ledger.signals().forEach(signal -> ledger.of(signal).lost("undecodable", 1));
        diagnostics.warn("a record cannot be decoded and is lost: " + e.getMessage());
      }
    }
    Lane<SpanData> spans = traces;
    if (spans != null && !spanBatch.isEmpty()) {
      second.begin(() -> spans.deliver(spanBatch));
    }
    if (logs != null && !logBatch.isEmpty()) {
      logs.deliver(logBatch);
    }
    second.join();
  }
}

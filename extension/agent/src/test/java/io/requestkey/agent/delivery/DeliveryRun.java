/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import static org.awaitility.Awaitility.await;

import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.requestkey.agent.Diagnostics;
import io.requestkey.agent.journal.FullPolicy;
import io.requestkey.agent.journal.HitJournal;
import io.requestkey.agent.journal.MemoryJournal;
import io.requestkey.agent.journal.Stamp;
import io.requestkey.telemetry.LossRecord;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One run of the whole delivery, as the agent has it: journal, ledger, a lane for each signal, the
 * SDK's exporters, our senders. What it is made of can be changed before {@link #start}.
 */
final class DeliveryRun implements AutoCloseable {

  // Held strongly, as loggers are collected otherwise. What they say is said by our outcome.
  private static final List<Logger> SDK_LOGGERS =
      List.of(
          Logger.getLogger("io.opentelemetry.exporter.otlp.internal.HttpExporter"),
          Logger.getLogger("io.opentelemetry.exporter.otlp.internal.GrpcExporter"));

  static {
    SDK_LOGGERS.forEach(logger -> logger.setLevel(Level.OFF));
  }

  /** How OTLP is spoken. */
  enum Protocol {
    HTTP,
    GRPC
  }

  final HitJournal journal;
  final StopSignal stop = new StopSignal();
  final FakeKernel kernel;
  final Ledger ledger;

  Renderer<LogRecordData> logRenderer = NumberedRecords.logs();
  Renderer<SpanData> spanRenderer = NumberedRecords.spans();
  DeliveryOptions options = options();
  Duration exportTimeout = Duration.ofSeconds(8);

  final Queue<String> failures = new ConcurrentLinkedQueue<>();

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final Protocol protocol;
  private final String logsUrl;
  private final String tracesUrl;
  private LogRecordExporter logExporter = LogRecordExporter.composite();
  private SpanExporter spanExporter = SpanExporter.composite();
  private Delivery delivery;

  /** Small batches and short pauses. */
  static DeliveryOptions options() {
    return options(DeliveryOptions.DEFAULT_MAX_REQUEST_BYTES, false);
  }

  /** The same for a journal that keeps what is not delivered. */
  static DeliveryOptions keeping() {
    return options(DeliveryOptions.DEFAULT_MAX_REQUEST_BYTES, true);
  }

  static DeliveryOptions options(int maxRequestBytes, boolean keeps) {
    return new DeliveryOptions(
        100,
        maxRequestBytes,
        Duration.ofMillis(10),
        1_000,
        100_000,
        false,
        100_000,
        Duration.ofMillis(20),
        Duration.ofMinutes(2),
        keeps);
  }

  /** Batches of ten, of which a few may be held. */
  static DeliveryOptions tight(boolean dropSpans, long dropWhenBehind, Duration attemptLimit) {
    return new DeliveryOptions(
        10,
        1 << 20,
        Duration.ZERO,
        40,
        100,
        dropSpans,
        dropWhenBehind,
        Duration.ofMillis(20),
        attemptLimit,
        false);
  }

  static HitJournal journal() {
    return new MemoryJournal(1 << 20, FullPolicy.STOP, () -> new Stamp(1_000, 0, "boot"));
  }

  DeliveryRun(Protocol protocol, String logsUrl, String tracesUrl) {
    this(protocol, logsUrl, tracesUrl, journal(), 1, new FakeKernel());
  }

  /** A run that goes on with an earlier one's journal. */
  DeliveryRun(
      Protocol protocol,
      String logsUrl,
      String tracesUrl,
      HitJournal journal,
      long epoch,
      FakeKernel kernel) {
    this.protocol = protocol;
    this.logsUrl = logsUrl;
    this.tracesUrl = tracesUrl;
    this.journal = journal;
    this.kernel = kernel;
    this.ledger = new Ledger(EnumSet.allOf(Signal.class), journal);
    ledger.begin(epoch, kernel::counts);
    this.delivery = delivery();
  }

  private Delivery delivery() {
    return new Delivery(
        journal,
        ledger,
        options,
        stop,
        new Diagnostics(new PrintStream(said, true, StandardCharsets.UTF_8)),
        failures::add);
  }

  DeliveryRun start() {
    delivery = delivery();
    logExporter = logExporter();
    spanExporter = spanExporter();
    delivery.logs(
        logRenderer,
        List.of(new Target<>("otlp", logExporter::export)),
        LossRecord.maker(io.opentelemetry.sdk.resources.Resource.empty(), "test"));
    delivery.traces(spanRenderer, List.of(new Target<>("otlp", spanExporter::export)));
    delivery.start();
    return this;
  }

  private LogRecordExporter logExporter() {
    return switch (protocol) {
      case HTTP ->
          OtlpHttpLogRecordExporter.builder()
              .setEndpoint(logsUrl + "/v1/logs")
              .setTimeout(exportTimeout)
              .build();
      case GRPC ->
          OtlpGrpcLogRecordExporter.builder()
              .setEndpoint(logsUrl)
              .setTimeout(exportTimeout)
              .build();
    };
  }

  private SpanExporter spanExporter() {
    return switch (protocol) {
      case HTTP ->
          OtlpHttpSpanExporter.builder()
              .setEndpoint(tracesUrl + "/v1/traces")
              .setTimeout(exportTimeout)
              .build();
      case GRPC ->
          OtlpGrpcSpanExporter.builder().setEndpoint(tracesUrl).setTimeout(exportTimeout).build();
    };
  }

  /** Has the kernel hit, and the journal hold, the records with these numbers. */
  DeliveryRun hit(int from, int to) {
    kernel.hit(to - from);
    if (!NumberedRecords.append(journal, from, to)) {
      throw new AssertionError("the journal is full");
    }
    return this;
  }

  Account account(Signal signal) {
    return Objects.requireNonNull(ledger.accounts().get(signal));
  }

  LaneState state(Signal signal) {
    return delivery.states().stream().filter(s -> s.signal() == signal).findFirst().orElseThrow();
  }

  /** Waits until every record of the signal was delivered or lost. */
  DeliveryRun awaitDone(Signal signal) {
    await()
        .atMost(15, TimeUnit.SECONDS)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> account(signal).inFlight() == 0);
    return this;
  }

  /** Stops as the agent does; tells whether it ended within the deadline. */
  boolean stop(Duration within) throws InterruptedException {
    journal.close();
    return end(within);
  }

  /** Stops the delivery alone: the journal is for the next run. */
  boolean end(Duration within) throws InterruptedException {
    stop.stop(within);
    return delivery.finish(within.plusSeconds(2));
  }

  /** Asks it to end, as {@link #stop} does, and does not wait for it. */
  void drain() throws InterruptedException {
    journal.close();
    stop.stop(Duration.ofSeconds(10));
    boolean _ = delivery.finish(Duration.ZERO);
  }

  /** What the person at the terminal was told. */
  List<String> said() {
    return said.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Override
  public void close() {
    // The lanes are daemons: they notice, but nobody needs to wait for it.
    stop.stop(Duration.ZERO);
    logExporter.shutdown().join(5, TimeUnit.SECONDS);
    spanExporter.shutdown().join(5, TimeUnit.SECONDS);
  }
}

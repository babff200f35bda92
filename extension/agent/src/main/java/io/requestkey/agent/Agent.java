/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.requestkey.agent.Settings.ConsoleFormat;
import io.requestkey.agent.Settings.HostPort;
import io.requestkey.agent.delivery.Delivery;
import io.requestkey.agent.delivery.DeliveryOptions;
import io.requestkey.agent.delivery.HitRenderer;
import io.requestkey.agent.delivery.LaneState;
import io.requestkey.agent.delivery.Ledger;
import io.requestkey.agent.delivery.Signal;
import io.requestkey.agent.delivery.StopSignal;
import io.requestkey.agent.delivery.Target;
import io.requestkey.agent.http.AgentState;
import io.requestkey.agent.http.LedgerJson;
import io.requestkey.agent.http.ManagementServer;
import io.requestkey.agent.journal.HitJournal;
import io.requestkey.agent.journal.JournalException;
import io.requestkey.agent.journal.JournalOptions;
import io.requestkey.agent.journal.Journals;
import io.requestkey.agent.otlp.EncodedExport;
import io.requestkey.agent.otlp.OtlpVertx;
import io.requestkey.capture.AttachTable;
import io.requestkey.capture.Capture;
import io.requestkey.capture.CaptureException;
import io.requestkey.capture.CaptureOptions;
import io.requestkey.capture.ContextCount;
import io.requestkey.capture.RecordVersions;
import io.requestkey.capture.RingReader;
import io.requestkey.telemetry.KeyMetrics;
import io.requestkey.telemetry.KeyTelemetry;
import io.requestkey.telemetry.LossRecord;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of the host agent: start, wait, stop.
 *
 * <p>Start: exporters, then management HTTP (alive, not ready), then capture, then ready. Stop: not
 * ready, detach, drain the ring, flush, close the exporters, close Vert.x (which carries them).
 */
final class Agent implements AgentState {

  private static final long CONSOLE_JOURNAL_BYTES = 16L << 20;

  /** Spans that wait for follow-ups at most; about 4 KiB each. */
  private static final int HELD_SPANS = 4096;

  private static final Duration LISTEN_LIMIT = Duration.ofSeconds(10);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

  private static final Duration LEAST_CLOSE = Duration.ofMillis(200);

  /** For what comes after the exporters. */
  private static final Duration CLOSE_RESERVE = Duration.ofMillis(300);

  /** Given to everything but the delivery within the time a stop may take. */
  private static final Duration STOP_RESERVE = Duration.ofMillis(1500);

  private final Settings settings;
  private final Diagnostics diagnostics;
  private final Exporters exporters;
  private final Console console;
  private final Ledger ledger;
  private final JournalOptions journalOptions;
  private final HitJournal journal;
  private final StopSignal stop = new StopSignal();
  private final CountDownLatch stopRequested = new CountDownLatch(1);
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
  private final RunningCapture capture;
  private volatile @Nullable Delivery delivery;
  private volatile LongSupplier releasedEarly = () -> 0;
  private volatile boolean ready;

  private Agent(
      Settings settings,
      Diagnostics diagnostics,
      Exporters exporters,
      Console console,
      JournalOptions journalOptions,
      HitJournal journal) {
    this.settings = settings;
    this.diagnostics = diagnostics;
    this.exporters = exporters;
    this.console = console;
    this.journalOptions = journalOptions;
    this.journal = journal;
    this.capture = new RunningCapture(diagnostics);
    this.ledger = new Ledger(signals(exporters, console), journal);
  }

  /**
   * An agent that is not yet started.
   *
   * @throws SettingException when an OTEL_* setting is wrong, or nothing is to be exported
   * @throws JournalException when the journal cannot be used
   */
  static Agent create(Settings settings, Diagnostics diagnostics, Vertx vertx)
      throws SettingException, JournalException {
    OtlpVertx.set(vertx);
    // Told to be silent, so OTLP it is, at its default endpoint.
    Exporters exporters = Exporters.build(settings.console() == ConsoleFormat.OFF, diagnostics);
    ConsoleFormat format = settings.console();
    if (format == null) {
      boolean nothingElse = exporters.logs().isEmpty() && exporters.spans().isEmpty();
      format = nothingElse || exporters.consoleWanted() ? ConsoleFormat.TABLE : ConsoleFormat.OFF;
    }
    Agent[] agent = new Agent[1];
    Console console = Console.of(format, System.out, () -> agent[0].consoleGone());
    Set<Signal> signals = signals(exporters, console);
    if (signals.isEmpty()) {
      exporters.close();
      throw new SettingException(
          "nothing is exported: logs and traces are both switched off and --console is off");
    }
    // Where records only go to the console someone is looking, and nothing is to stay behind.
    boolean service = !exporters.logs().isEmpty() || !exporters.spans().isEmpty();
    JournalOptions journalOptions =
        settings.journalByDefault() && !service
            ? JournalOptions.memory(CONSOLE_JOURNAL_BYTES)
            : settings.journal();
    agent[0] =
        new Agent(
            settings,
            diagnostics,
            exporters,
            console,
            journalOptions,
            openJournal(journalOptions, signals, diagnostics));
    return agent[0];
  }

  /** The event loop that carries HTTP both ways. One is enough, and keeps the process small. */
  static Vertx vertx() {
    return Vertx.vertx(
        new VertxOptions()
            .setEventLoopPoolSize(1)
            .setWorkerPoolSize(1)
            .setInternalBlockingPoolSize(2));
  }

  private static HitJournal openJournal(
      JournalOptions options, Set<Signal> signals, Diagnostics diagnostics)
      throws JournalException {
    Set<String> readers = new HashSet<>();
    for (Signal signal : signals) {
      readers.add(signal.label());
    }
    return Journals.open(options, readers, diagnostics::warn);
  }

  /** Whether what is not delivered is still there for the next start. */
  private boolean journalKeeps() {
    return journalOptions.directory() != null;
  }

  private static Set<Signal> signals(Exporters exporters, Console console) {
    Set<Signal> signals = EnumSet.noneOf(Signal.class);
    if (!exporters.logs().isEmpty() || console.on()) {
      signals.add(Signal.LOGS);
    }
    if (!exporters.spans().isEmpty() || console.on()) {
      signals.add(Signal.TRACES);
    }
    return signals;
  }

  /**
   * Runs until {@link #stop} is called or capture fails.
   *
   * @return the exit status: 0 after a stop, 1 otherwise
   */
  int run(Vertx vertx) throws InterruptedException {
    HostPort http = settings.http();
    if (http != null && !listen(vertx, http)) {
      return 1;
    }
    Capture started;
    try {
      started = Capture.start(captureOptions());
    } catch (CaptureException e) {
      diagnostics.error(String.valueOf(e.getMessage()));
      return 1;
    }
    capture.is(started);
    EarlierRuns earlier = EarlierRuns.of(this);
    ledger.begin(started.epoch(), started.takenBefore(), capture::counts);
    earlier = earlier.begun(ledger.accounts());
    Delivery delivering = delivery();
    delivery = delivering;
    RingPump pump = new RingPump(started, sink(started), this::fail);
    delivering.start();
    pump.start();
    ScheduledExecutorService keeper = keeper();
    announce(started);
    AgentMetrics.register(exporters.meter(), this, earlier);
    ready = true;
    if (settings.demo()) {
      Thread.ofPlatform().name("demo").daemon(true).start(this::demo);
    }
    stopRequested.await();
    keeper.shutdownNow();
    return stop(started, pump, delivering);
  }

  /** Where the ring's records go. */
  private RingReader.Sink sink(Capture started) {
    Path directory = journalOptions.directory();
    if (directory != null && started.pinned()) {
      try {
        return AlreadyTaken.of(journal, directory, Journals.bootId());
      } catch (JournalException | IOException e) {
        diagnostics.warn(
            "some records may be taken twice, as the journal's end cannot be read: "
                + e.getMessage());
      }
    }
    return journal::append;
  }

  private Delivery delivery() {
    Delivery made =
        new Delivery(
            journal,
            ledger,
            DeliveryOptions.of(
                settings.maxRequestBytes(),
                exporters.timeout(),
                settings.dropSpans(),
                journalKeeps()),
            stop,
            diagnostics,
            this::fail);
    String version = Version.number();
    RecordVersions versions = KeptVersions.of(journal, diagnostics::warn);
    Resource resource = exporters.resource();
    KeyTelemetry telemetry = KeyTelemetry.create(resource, version, settings.redaction());
    Renderers renderers =
        new Renderers(
            ledger.signals(),
            versions,
            telemetry,
            new KeyMetrics(exporters.meter())::record,
            new UndecodableRecords(diagnostics));
    if (ledger.signals().contains(Signal.LOGS)) {
      made.logs(renderers.logs(), logTargets(), LossRecord.maker(resource, version));
    }
    if (ledger.signals().contains(Signal.TRACES)) {
      HitRenderer<SpanData> spans = renderers.spans(settings.linkWindow(), HELD_SPANS);
      releasedEarly = spans::releasedEarly;
      made.traces(spans, spanTargets());
    }
    return made;
  }

  /** Keeps the kernel's counts once a second, for the books of the next agent if we are killed. */
  private ScheduledExecutorService keeper() {
    ScheduledExecutorService keeper =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("ledger").daemon(true).factory());
    var _ = keeper.scheduleWithFixedDelay(this::keepLedger, 1, 1, TimeUnit.SECONDS);
    return keeper;
  }

  private void keepLedger() {
    try {
      ledger.keep();
    } catch (RuntimeException e) {
      // Else the executor would never call again.
      diagnostics.warn("the ledger cannot be kept: " + e.getMessage());
    }
  }

  /** Where records only go to the console someone is looking, and nothing is to stay behind. */
  private CaptureOptions captureOptions() {
    boolean service = !exporters.logs().isEmpty() || !exporters.spans().isEmpty();
    return settings.capture().pin() == CaptureOptions.Pin.AUTO && !service
        ? settings.capture().withPin(CaptureOptions.Pin.OFF)
        : settings.capture();
  }

  private boolean listen(Vertx vertx, HostPort http) throws InterruptedException {
    try {
      int port =
          new ManagementServer(vertx, this)
              .listen(http.host(), http.port())
              .toCompletionStage()
              .toCompletableFuture()
              .get(LISTEN_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      diagnostics.info(
          "http://"
              + (http.host().contains(":") ? "[" + http.host() + "]" : http.host())
              + ":"
              + port
              + " has /livez /readyz /ledger /attach /metrics");
      return true;
    } catch (ExecutionException | TimeoutException e) {
      Throwable cause = e.getCause();
      diagnostics.error(
          "cannot listen on "
              + http.host()
              + ":"
              + http.port()
              + " ("
              + (cause == null ? "no answer" : cause.getMessage())
              + "): is another agent running? --http HOST:PORT or --http off");
      return false;
    }
  }

  private void announce(Capture started) {
    if (started.kernelCopies()) {
      diagnostics.info(
          "capturing with "
              + started.syscallWay()
              + " and kprobes; strings are the kernel's own copies");
    } else {
      diagnostics.warn(
          "capturing with "
              + started.syscallWay()
              + " only: no kprobe on request_key_and_link here, so strings are read from the"
              + " caller's memory (keyring.args.source=user), which the caller can change");
    }
    announcePins(started);
    for (String destination : exporters.destinations()) {
      diagnostics.info(destination);
    }
  }

  private void announcePins(Capture started) {
    if (started.continued()) {
      diagnostics.info("going on with the programs that an earlier agent left in the kernel");
    }
    List<AttachTable.Row> rows = attachTable().rows();
    if (started.pinned()) {
      diagnostics.info("capture goes on while no agent runs; bin/run --unpin ends it");
    } else if (captureOptions().pin() != CaptureOptions.Pin.OFF && !rows.isEmpty()) {
      diagnostics.warn("capture ends with the agent: " + rows.getLast().reason());
    }
  }

  private void demo() {
    try {
      new Demo(diagnostics).run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<Target<LogRecordData>> logTargets() {
    List<Target<LogRecordData>> targets = new ArrayList<>();
    for (LogRecordExporter exporter : exporters.logs()) {
      targets.add(new Target<>("otlp", EncodedExport.logs(exporter)));
    }
    if (console.on()) {
      targets.add(new Target<>("console", console::exportLogs));
    }
    return targets;
  }

  private List<Target<SpanData>> spanTargets() {
    List<Target<SpanData>> targets = new ArrayList<>();
    for (SpanExporter exporter : exporters.spans()) {
      targets.add(new Target<>("otlp", EncodedExport.spans(exporter)));
    }
    if (console.on()) {
      targets.add(new Target<>("console", console::exportSpans));
    }
    return targets;
  }

  /** Asks to stop; returns at once. Any thread. */
  void stop() {
    stopRequested.countDown();
  }

  private void fail(String message) {
    failure.compareAndSet(null, message);
    stop();
  }

  private void consoleGone() {
    if (exporters.logs().isEmpty() && exporters.spans().isEmpty()) {
      fail("stdout is closed, and there is no other exporter");
    }
  }

  private int stop(Capture started, RingPump pump, Delivery delivery) throws InterruptedException {
    ready = false;
    long deadline = System.nanoTime() + settings.stopWithin().toNanos();
    Duration forDelivery = forDelivery(settings.stopWithin());
    started.detach();
    pump.stop();
    journal.close();
    stop.stop(forDelivery);
    boolean finished = delivery.finish(forDelivery.plusMillis(200));
    ledger.keep();
    capture.close();
    // It sends the metrics once more, to whoever may not answer.
    long left = deadline - System.nanoTime() - CLOSE_RESERVE.toNanos();
    exporters.shutdown(
        Duration.ofNanos(
            Math.clamp(finished ? left : 0, LEAST_CLOSE.toNanos(), CLOSE_LIMIT.toNanos())));
    String problem = failure.get();
    if (problem != null) {
      diagnostics.error(problem);
    }
    farewell(started.pinned());
    return problem == null ? 0 : 1;
  }

  /** What of the time a stop may take is the delivery's: never less for more time. */
  static Duration forDelivery(Duration stopWithin) {
    Duration rest = stopWithin.minus(STOP_RESERVE);
    Duration half = stopWithin.dividedBy(2);
    return rest.compareTo(half) > 0 ? rest : half;
  }

  private void farewell(boolean pinned) {
    diagnostics.info("stopped; ledger " + LedgerJson.of(ledger).encode());
    new Farewell(journalKeeps(), pinned).say(diagnostics, ledger.accounts(), lanes());
  }

  @Override
  public boolean ready() {
    return ready;
  }

  @Override
  public Ledger ledger() {
    return ledger;
  }

  @Override
  public AttachTable attachTable() {
    return capture.attachTable();
  }

  @Override
  public Map<ContextCount, Long> contextCounts() {
    return capture.contextCounts();
  }

  @Override
  public long processesWithContext() {
    return capture.processesWithContext();
  }

  @Override
  public long ringPendingBytes() {
    return capture.ringPendingBytes();
  }

  @Override
  public long ringBytes() {
    return settings.capture().ringBytes();
  }

  @Override
  public List<LaneState> lanes() {
    Delivery delivering = delivery;
    return delivering == null ? List.of() : delivering.states();
  }

  @Override
  public long textsCut() {
    return capture.counts().textsCut();
  }

  @Override
  public long spansReleasedEarly() {
    return releasedEarly.getAsLong();
  }

  @Override
  public long journalDamaged() {
    return journal.damaged();
  }

  @Override
  public long journalDropped() {
    return journal.dropped();
  }

  @Override
  public long journalMaxBytes() {
    return journalOptions.maxBytes();
  }

  @Override
  public long journalBytes() {
    return journal.bytes();
  }
}

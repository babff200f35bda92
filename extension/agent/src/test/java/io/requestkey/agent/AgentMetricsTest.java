/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.requestkey.agent.delivery.Account;
import io.requestkey.agent.delivery.LaneState;
import io.requestkey.agent.delivery.Ledger;
import io.requestkey.agent.delivery.Signal;
import io.requestkey.agent.http.AgentState;
import io.requestkey.agent.journal.FullPolicy;
import io.requestkey.agent.journal.MemoryJournal;
import io.requestkey.agent.journal.Stamp;
import io.requestkey.agent.otlp.Fault;
import io.requestkey.agent.otlp.FaultyReceiver;
import io.requestkey.agent.otlp.OtlpReceivers;
import io.requestkey.capture.AttachTable;
import io.requestkey.capture.ContextCount;
import io.requestkey.capture.HitKind;
import io.requestkey.capture.KernelCounts;
import io.requestkey.capture.KernelLoss;
import io.requestkey.capture.KindCounts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The agent's own state arrives as metrics, where metrics are wanted. */
@Timeout(60)
final class AgentMetricsTest {

  private static final EarlierRuns NONE = new EarlierRuns(Map.of(), 0, 0, 0, Map.of());

  /** Of the module that keeps the registry. */
  private static final Path REGISTRY = Path.of("../telemetry/src/main/semconv/metrics.yaml");

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final Map<String, String> set = new HashMap<>();

  @RegisterExtension static final OtlpReceivers otlp = new OtlpReceivers();

  private final FaultyReceiver receiver = otlp.start();

  @AfterEach
  void stop() {
    set.keySet().forEach(System::clearProperty);
  }

  private void property(String name, String value) {
    set.put(name, value);
    System.setProperty(name, value);
  }

  private Exporters exporters() throws SettingException {
    return Exporters.build(
        false, new Diagnostics(new PrintStream(said, true, StandardCharsets.UTF_8)));
  }

  /** An agent in the middle of its work. */
  private record Busy(Ledger ledger) implements AgentState {

    static Busy agent() {
      Ledger ledger =
          new Ledger(
              EnumSet.allOf(Signal.class),
              new MemoryJournal(1000, FullPolicy.STOP, () -> new Stamp(1, 0, "boot")));
      ledger.begin(
          1,
          () ->
              new KernelCounts(
                  Map.of(
                      HitKind.KEYCTL,
                      new KindCounts(100, 10, 85, Map.of(KernelLoss.RING_FULL, 5L))),
                  6));
      return new Busy(ledger);
    }

    @Override
    public boolean ready() {
      return true;
    }

    @Override
    public AttachTable attachTable() {
      return new AttachTable(
          List.of(
              new AttachTable.Row(
                  "a fact", "kprobe", "", List.of(new AttachTable.ProbeState("program", 9, 4)))));
    }

    @Override
    public Map<ContextCount, Long> contextCounts() {
      return Map.of(ContextCount.READ, 7L, ContextCount.ABSENT, 3L);
    }

    @Override
    public long processesWithContext() {
      return 2;
    }

    @Override
    public long ringPendingBytes() {
      return 4096;
    }

    @Override
    public long ringBytes() {
      return 8 << 20;
    }

    @Override
    public List<LaneState> lanes() {
      return List.of(
          new LaneState(Signal.LOGS, 30, 20, 10, 1_500_000_000),
          new LaneState(Signal.TRACES, 85, 0, 0, 0));
    }

    @Override
    public long textsCut() {
      return 6;
    }

    @Override
    public long spansReleasedEarly() {
      return 11;
    }

    @Override
    public long journalBytes() {
      return 300;
    }

    @Override
    public long journalMaxBytes() {
      return 1000;
    }

    @Override
    public long journalDamaged() {
      return 1;
    }

    @Override
    public long journalDropped() {
      return 2;
    }
  }

  /** Each point as {@code name{attribute values}}. */
  private Map<String, Double> points() {
    Map<String, Double> points = new TreeMap<>();
    receiver.accepted().stream()
        .flatMap(request -> request.metrics().getResourceMetricsList().stream())
        .flatMap(resource -> resource.getScopeMetricsList().stream())
        .filter(scope -> scope.getScope().getName().equals("io.requestkey"))
        .flatMap(scope -> scope.getMetricsList().stream())
        .forEach(metric -> add(points, metric));
    return points;
  }

  private static void add(Map<String, Double> points, Metric metric) {
    List<NumberDataPoint> data =
        metric.hasSum()
            ? metric.getSum().getDataPointsList()
            : metric.getGauge().getDataPointsList();
    for (NumberDataPoint point : data) {
      List<String> attributes =
          point.getAttributesList().stream()
              .filter(attribute -> !attribute.getKey().startsWith("otel.component"))
              .map(attribute -> attribute.getValue().getStringValue())
              .sorted()
              .toList();
      points.put(
          metric.getName() + (attributes.isEmpty() ? "" : attributes),
          point.hasAsInt() ? (double) point.getAsInt() : point.getAsDouble());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http/protobuf", "grpc"})
  void the_state_arrives(String protocol) throws SettingException {
    property("otel.exporter.otlp.endpoint", receiver.url());
    property("otel.exporter.otlp.protocol", protocol);
    try (Exporters exporters = exporters()) {
      AgentMetrics.register(exporters.meter(), Busy.agent(), NONE);
      exporters.shutdown(Duration.ofSeconds(10));
    }
    assertThat(points())
        .containsEntry("keyring.agent.hits[logs]", 100.0)
        .containsEntry("keyring.agent.filtered[traces]", 10.0)
        .containsEntry("keyring.agent.lost[logs, ring_full]", 5.0)
        .containsEntry("keyring.agent.in_flight[traces]", 85.0)
        .containsEntry("keyring.agent.delivery.lag[logs]", 1.5)
        .containsEntry("keyring.agent.ring.size", 8388608.0)
        .containsEntry("keyring.agent.ring.pending", 4096.0)
        .containsEntry("keyring.agent.journal.size", 300.0)
        .containsEntry("keyring.agent.journal.limit", 1000.0)
        .containsEntry("keyring.agent.journal.damaged", 1.0)
        .containsEntry("keyring.agent.journal.dropped", 2.0)
        .containsEntry("keyring.agent.probe.missed[program]", 4.0)
        .containsEntry("keyring.agent.texts.cut", 6.0)
        .containsEntry("keyring.agent.spans.released_early", 11.0)
        .containsEntry("otel.sdk.processor.log.queue.size", 30.0)
        .containsEntry("otel.sdk.processor.span.queue.size", 85.0)
        .containsEntry("otel.sdk.processor.log.processed", 0.0)
        .containsEntry("otel.sdk.processor.log.processed[ring_full]", 5.0)
        .containsEntry("otel.sdk.exporter.log.inflight", 10.0)
        .containsEntry("otel.sdk.exporter.log.exported", 0.0)
        .doesNotContainKey("otel.sdk.exporter.log.exported[ring_full]");
  }

  @Test
  void what_earlier_runs_have_told_is_not_told_again() throws SettingException {
    property("otel.exporter.otlp.endpoint", receiver.url());
    Account logs = new Account(90, 8, 0, 79, new TreeMap<>(Map.of("ring_full", 3L)));
    try (Exporters exporters = exporters()) {
      AgentMetrics.register(
          exporters.meter(),
          Busy.agent(),
          new EarlierRuns(Map.of(Signal.LOGS, logs), 1, 1, 5, Map.of("program", 1L)));
      exporters.shutdown(Duration.ofSeconds(10));
    }
    assertThat(points())
        .containsEntry("keyring.agent.hits[logs]", 10.0)
        .containsEntry("keyring.agent.hits[traces]", 100.0)
        .containsEntry("keyring.agent.filtered[logs]", 2.0)
        .containsEntry("keyring.agent.lost[logs, ring_full]", 2.0)
        .containsEntry("keyring.agent.in_flight[logs]", 85.0)
        .containsEntry("keyring.agent.journal.damaged", 0.0)
        .containsEntry("keyring.agent.journal.dropped", 1.0)
        .containsEntry("keyring.agent.probe.missed[program]", 3.0)
        .containsEntry("keyring.agent.texts.cut", 1.0)
        .containsEntry("otel.sdk.processor.log.processed[ring_full]", 2.0);
  }

  /** As {@code <instrument> <unit> <attributes>: <description>}, by name. */
  @Test
  void the_agents_own_metrics_are_those_of_the_registry() throws IOException {
    InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (SdkMeterProvider meters =
        SdkMeterProvider.builder().registerMetricReader(reader).build()) {
      AgentMetrics.register(meters.get("test"), Busy.agent(), NONE);
      Map<String, String> emitted = new TreeMap<>();
      for (MetricData metric : reader.collectAllMetrics()) {
        if (metric.getName().startsWith("keyring.")) {
          emitted.put(metric.getName(), described(metric));
        }
      }
      assertThat(emitted).isEqualTo(registered());
    }
  }

  private static String described(MetricData metric) {
    String instrument =
        switch (metric.getType()) {
          case LONG_SUM -> metric.getLongSumData().isMonotonic() ? "counter" : "updowncounter";
          default -> "gauge";
        };
    Set<String> attributes = new TreeSet<>();
    metric
        .getData()
        .getPoints()
        .forEach(point -> point.getAttributes().forEach((key, _) -> attributes.add(key.getKey())));
    return instrument + " " + metric.getUnit() + " " + attributes + ": " + metric.getDescription();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, String> registered() throws IOException {
    Map<String, String> registered = new TreeMap<>();
    try (Reader in = Files.newBufferedReader(REGISTRY)) {
      Map<String, List<Map<String, Object>>> file =
          new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
      for (Map<String, Object> metric : file.getOrDefault("metrics", List.of())) {
        String name = String.valueOf(metric.get("name"));
        if (name.startsWith("keyring.agent.")) {
          Set<String> attributes = new TreeSet<>();
          ((List<Map<String, String>>) metric.getOrDefault("attributes", List.of()))
              .forEach(attribute -> attributes.add(attribute.get("ref")));
          registered.put(
              name,
              metric.get("instrument")
                  + " "
                  + metric.get("unit")
                  + " "
                  + attributes
                  + ": "
                  + metric.get("brief"));
        }
      }
    }
    return registered;
  }

  @Test
  void metrics_go_nowhere_unless_an_endpoint_is_theirs() throws SettingException {
    property("otel.exporter.otlp.logs.endpoint", receiver.url() + "/v1/logs");
    try (Exporters exporters = exporters()) {
      assertThat(exporters.destinations()).noneMatch(line -> line.startsWith("metrics"));
    }
    property("otel.exporter.otlp.metrics.endpoint", receiver.url() + "/v1/metrics");
    try (Exporters exporters = exporters()) {
      assertThat(exporters.destinations()).anyMatch(line -> line.startsWith("metrics to http"));
    }
  }

  @Test
  void metrics_can_be_switched_off() throws SettingException {
    property("otel.exporter.otlp.endpoint", receiver.url());
    property("otel.metrics.exporter", "none");
    try (Exporters exporters = exporters()) {
      assertThat(exporters.destinations()).noneMatch(line -> line.startsWith("metrics"));
      AgentMetrics.register(exporters.meter(), Busy.agent(), NONE);
    }
    assertThat(receiver.received()).isEmpty();
  }

  @Test
  void a_receiver_that_takes_no_metrics_is_told_once() throws SettingException {
    property("otel.exporter.otlp.endpoint", receiver.url());
    property("otel.metric.export.interval", "50");
    receiver.otherwise(Fault.httpStatus(404));
    try (Exporters exporters = exporters()) {
      AgentMetrics.register(exporters.meter(), Busy.agent(), NONE);
      org.awaitility.Awaitility.await().until(() -> receiver.received().size() >= 4);
    }
    assertThat(said.toString(StandardCharsets.UTF_8).lines())
        .singleElement()
        .asString()
        .contains("metrics do not arrive", "404", "OTEL_METRICS_EXPORTER=none");
  }

  @Test
  void a_configuration_file_is_refused_not_ignored() {
    property("otel.config.file", "/etc/otel.yaml");
    assertThatThrownBy(this::exporters)
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("OTEL_CONFIG_FILE (/etc/otel.yaml) is not supported");
  }
}

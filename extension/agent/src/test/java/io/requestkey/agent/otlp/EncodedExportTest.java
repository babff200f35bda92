/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryLogRecordExporter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.logs.TestLogRecordData;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is encoded without the SDK's exporters is sent by them as if it were theirs. */
@Timeout(60)
class EncodedExportTest {

  private final List<LogRecordExporter> exporters = new ArrayList<>();

  private Vertx vertx;
  private FaultyReceiver receiver;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
    OtlpVertx.set(vertx);
    receiver = FaultyReceiver.start(vertx);
  }

  @AfterEach
  void stop() {
    exporters.forEach(exporter -> exporter.shutdown().join(5, TimeUnit.SECONDS));
    receiver.close();
    OtlpVertx.clear();
    vertx.close().await();
  }

  @ParameterizedTest
  @CsvSource({"http,none", "http,gzip", "grpc,none", "grpc,gzip"})
  void sendsTheSameAsTheExporterAlone(String protocol, String compression) {
    LogRecordExporter exporter = exporter(protocol, compression);
    List<LogRecordData> records = Collections.nCopies(700, Exports.record("é".repeat(100)));

    assertThat(exporter.export(records).join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(send(EncodedExport.logs(exporter), records).isSuccess()).isTrue();

    assertThat(receiver.received()).hasSize(2);
    assertThat(receiver.received().get(1).logRecordCount()).isEqualTo(700);
    assertThat(receiver.received().get(1).logs()).isEqualTo(receiver.received().getFirst().logs());
  }

  @Test
  void countsTheItemsAsTheExporterDoes() {
    InMemoryMetricReader reader = InMemoryMetricReader.create();
    SdkMeterProvider meters = SdkMeterProvider.builder().registerMetricReader(reader).build();
    LogRecordExporter exporter =
        register(
            OtlpHttpLogRecordExporter.builder()
                .setEndpoint(receiver.url() + "/v1/logs")
                .setMeterProvider(() -> meters)
                .build());

    send(EncodedExport.logs(exporter), Exports.records(3));

    assertThat(reader.collectAllMetrics())
        .flatExtracting(metric -> metric.getLongSumData().getPoints())
        .extracting(LongPointData::getValue)
        .contains(3L)
        .doesNotContain(1L);
  }

  @Test
  void leavesToTheExporterWhatOnlyThatCanEncode() {
    LogRecordExporter exporter = exporter("http", "none");
    LogRecordData list =
        TestLogRecordData.builder()
            .setBody("text")
            .setAttributes(Attributes.of(AttributeKey.stringArrayKey("list"), List.of("a", "b")))
            .build();

    assertThat(send(EncodedExport.logs(exporter), List.of(list)).isSuccess()).isTrue();

    assertThat(receiver.received().getFirst().logs().toString()).contains("array_value");
  }

  @Test
  void leavesToTheExporterWhatMakesTheEncoderFail() {
    LogRecordExporter exporter = exporter("http", "none");
    Function<Collection<LogRecordData>, CompletableResultCode> export =
        EncodedExport.logs(exporter);

    assertThat(send(export, List.of(failingOnce(Exports.record("first")))).isSuccess()).isTrue();
    assertThat(send(export, List.of(Exports.record("second"))).isSuccess()).isTrue();

    assertThat(receiver.received())
        .extracting(received -> received.logs().toString())
        .satisfiesExactly(
            first -> assertThat(first).contains("first"),
            second -> assertThat(second).contains("second").doesNotContain("first"));
  }

  /** The first to ask for its attributes is the encoder. */
  private static LogRecordData failingOnce(LogRecordData record) {
    AtomicBoolean failed = new AtomicBoolean();
    return (LogRecordData)
        Proxy.newProxyInstance(
            LogRecordData.class.getClassLoader(),
            new Class<?>[] {LogRecordData.class},
            (_, method, arguments) -> {
              if (method.getName().equals("getAttributes") && failed.compareAndSet(false, true)) {
                throw new IllegalStateException("a mistake");
              }
              return method.invoke(record, arguments);
            });
  }

  @Test
  void leavesOtherExportersAlone() {
    InMemoryLogRecordExporter other = InMemoryLogRecordExporter.create();

    send(EncodedExport.logs(other), Exports.records(2));

    assertThat(other.getFinishedLogRecordItems()).isEqualTo(Exports.records(2));
  }

  /** An attempt nobody waits for any more may still be under way. */
  @ParameterizedTest
  @CsvSource({"http", "grpc"})
  void doesNotWriteOverWhatIsUnderWay(String protocol) {
    LogRecordExporter exporter = exporter(protocol, "none");
    Function<Collection<LogRecordData>, CompletableResultCode> export =
        EncodedExport.logs(exporter);
    receiver.readAfter(Duration.ofMillis(500));
    List<LogRecordData> large = Collections.nCopies(2_000, Exports.record("first".repeat(400)));

    CompletableResultCode first = export.apply(large);
    CompletableResultCode second = export.apply(List.of(Exports.record("second")));

    assertThat(second.join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(first.join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(receiver.received())
        .filteredOn(received -> received.logRecordCount() == 2_000)
        .singleElement()
        .extracting(received -> received.logs().toString())
        .asString()
        .doesNotContain("second");
  }

  private static CompletableResultCode send(
      Function<Collection<LogRecordData>, CompletableResultCode> export,
      List<LogRecordData> records) {
    return export.apply(records).join(10, TimeUnit.SECONDS);
  }

  private LogRecordExporter exporter(String protocol, String compression) {
    return register(
        protocol.equals("http")
            ? OtlpHttpLogRecordExporter.builder()
                .setEndpoint(receiver.url() + "/v1/logs")
                .setCompression(compression)
                .setTimeout(Exports.TIMEOUT)
                .build()
            : OtlpGrpcLogRecordExporter.builder()
                .setEndpoint(receiver.url())
                .setCompression(compression)
                .setTimeout(Exports.TIMEOUT)
                .build());
  }

  private LogRecordExporter register(LogRecordExporter exporter) {
    exporters.add(exporter);
    return exporter;
  }
}

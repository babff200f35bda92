/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.requestkey.agent.otlp.ExportOutcome.Accepted;
import io.requestkey.agent.otlp.ExportOutcome.Retryable;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The standard properties of OpenTelemetry reach the senders of this package. */
@Timeout(60)
class AutoconfigureTest {

  private final List<LogRecordExporter> logExporters = new ArrayList<>();
  private final List<OpenTelemetrySdk> sdks = new ArrayList<>();

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
    sdks.forEach(sdk -> sdk.shutdown().join(5, TimeUnit.SECONDS));
    receiver.close();
    OtlpVertx.clear();
    vertx.close().await();
  }

  @Test
  void protocol_http_protobuf_is_sent_over_http() {
    configure(Map.of("otel.exporter.otlp.protocol", "http/protobuf"));

    assertThat(Exports.export(logExporters.getFirst()))
        .isEqualTo(new Accepted(0, "", receiver.url() + "/v1/logs accepted the batch"));
    FaultyReceiver.Received request = receiver.received().getFirst();
    assertThat(request.version()).isEqualTo(HttpVersion.HTTP_1_1);
    assertThat(request.headers().get("content-encoding")).isNull();
  }

  @Test
  void protocol_grpc_is_sent_over_grpc() {
    configure(Map.of("otel.exporter.otlp.protocol", "grpc"));

    assertThat(Exports.export(logExporters.getFirst()))
        .isEqualTo(
            new Accepted(
                0,
                "",
                receiver.url()
                    + "/opentelemetry.proto.collector.logs.v1.LogsService/Export accepted the"
                    + " batch"));
    FaultyReceiver.Received request = receiver.received().getFirst();
    assertThat(request.version()).isEqualTo(HttpVersion.HTTP_2);
    assertThat(request.headers().get("grpc-encoding")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http/protobuf", "grpc"})
  void all_signals_are_sent(String protocol) {
    OpenTelemetrySdk sdk = configure(Map.of("otel.exporter.otlp.protocol", protocol));

    sdk.getLogsBridge().get("test").logRecordBuilder().setBody("one").emit();
    sdk.getTracer("test").spanBuilder("two").startSpan().end();
    sdk.getMeter("test").counterBuilder("three").build().add(3);

    assertThat(sdk.getSdkLoggerProvider().forceFlush().join(5, TimeUnit.SECONDS).isSuccess())
        .isTrue();
    assertThat(sdk.getSdkTracerProvider().forceFlush().join(5, TimeUnit.SECONDS).isSuccess())
        .isTrue();
    assertThat(sdk.getSdkMeterProvider().forceFlush().join(5, TimeUnit.SECONDS).isSuccess())
        .isTrue();
    assertThat(received("logs").logRecordCount()).isEqualTo(1);
    assertThat(received("trace").spanCount()).isEqualTo(1);
    assertThat(received("metrics").metrics().toString()).contains("\"three\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http/protobuf", "grpc"})
  void compression_and_headers_are_used(String protocol) {
    configure(
        Map.of(
            "otel.exporter.otlp.protocol", protocol,
            "otel.exporter.otlp.compression", "gzip",
            "otel.exporter.otlp.headers", "x-token=s%20ecret,x-tenant=demo"));

    assertThat(Exports.export(logExporters.getFirst())).isInstanceOf(Accepted.class);

    FaultyReceiver.Received request = receiver.received().getFirst();
    assertThat(
            request.headers().get(protocol.equals("grpc") ? "grpc-encoding" : "content-encoding"))
        .isEqualTo("gzip");
    assertThat(request.headers().get("x-token")).isEqualTo("s ecret");
    assertThat(request.headers().get("x-tenant")).isEqualTo("demo");
    assertThat(request.logRecordCount()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http/protobuf", "grpc"})
  void the_timeout_is_kept(String protocol) {
    configure(Map.of("otel.exporter.otlp.protocol", protocol, "otel.exporter.otlp.timeout", "300"));
    receiver.next(Fault.hang());

    long start = System.nanoTime();
    assertThat(Exports.export(logExporters.getFirst()))
        .isInstanceOfSatisfying(
            Retryable.class, outcome -> assertThat(outcome.reason()).isEqualTo("timeout"));
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(290), Duration.ofSeconds(3));
  }

  @Test
  void one_signal_may_have_an_endpoint_of_its_own() {
    configure(
        Map.of(
            "otel.exporter.otlp.protocol",
            "http/protobuf",
            "otel.exporter.otlp.logs.endpoint",
            receiver.url() + "/tenant/logs"));

    assertThat(Exports.export(logExporters.getFirst()))
        .isEqualTo(new Accepted(0, "", receiver.url() + "/tenant/logs accepted the batch"));
    assertThat(receiver.received().getFirst().path()).isEqualTo("/tenant/logs");
  }

  private OpenTelemetrySdk configure(Map<String, String> properties) {
    Map<String, String> all = new HashMap<>(properties);
    all.put("otel.exporter.otlp.endpoint", receiver.url());
    all.put("otel.service.name", "test");
    OpenTelemetrySdk sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            // Stronger than the environment the tests run in.
            .addPropertiesCustomizer(config -> all)
            .addLogRecordExporterCustomizer((exporter, config) -> {
              logExporters.add(exporter);
              return exporter;
            })
            .build()
            .getOpenTelemetrySdk();
    sdks.add(sdk);
    return sdk;
  }

  private FaultyReceiver.Received received(String signal) {
    return receiver.received().stream()
        .filter(request ->
            request.path().contains("/v1/" + signal)
                || request.path().contains(".collector." + signal + "."))
        .findFirst()
        .orElseThrow(() -> new AssertionError("nothing received of " + signal));
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.common.export.GrpcSenderProvider;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.requestkey.agent.otlp.ExportOutcome.Accepted;
import io.requestkey.agent.otlp.ExportOutcome.Retryable;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The standard OTEL_EXPORTER_OTLP_* settings lead to our senders, and are obeyed by them. */
@Timeout(60)
class AutoConfigurationTest {

  private static final Vertx vertx = Vertx.vertx();

  private static Path directory;
  private static TestCertificate server;
  private static TestCertificate client;

  @BeforeAll
  static void makeCertificates(@TempDir Path temporary) throws IOException {
    directory = temporary;
    server = TestCertificate.forLoopback(directory, "receiver");
    client = TestCertificate.forName(directory, "agent");
    Files.write(directory.resolve("ca.pem"), server.certificateBytes());
    Files.write(directory.resolve("client.pem"), client.certificateBytes());
    Files.write(directory.resolve("client.key"), client.keyBytes());
    OtlpVertx.set(vertx);
  }

  @AfterAll
  static void closeVertx() {
    OtlpVertx.clear();
    vertx.close().await();
  }

  @Test
  void our_senders_are_the_only_ones() {
    assertThat(ServiceLoader.load(HttpSenderProvider.class))
        .singleElement()
        .isInstanceOf(VertxHttpSenderProvider.class);
    assertThat(ServiceLoader.load(GrpcSenderProvider.class))
        .singleElement()
        .isInstanceOf(VertxGrpcSenderProvider.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http/protobuf", "grpc"})
  void all_settings_of_the_wire_are_obeyed(String protocol) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setSsl(true)
            .setUseAlpn(true)
            .setKeyCertOptions(server.own())
            .setTrustOptions(client.trusted())
            .setClientAuth(ClientAuth.REQUIRED);
    try (FaultyReceiver receiver = FaultyReceiver.start(vertx, options)) {
      Map<String, String> settings =
          Map.of(
              "otel.exporter.otlp.endpoint", receiver.url(),
              "otel.exporter.otlp.protocol", protocol,
              "otel.exporter.otlp.compression", "gzip",
              "otel.exporter.otlp.certificate", directory.resolve("ca.pem").toString(),
              "otel.exporter.otlp.client.certificate", directory.resolve("client.pem").toString(),
              "otel.exporter.otlp.client.key", directory.resolve("client.key").toString(),
              "otel.exporter.otlp.headers", "x-tenant=blue");
      try (Configured configured = new Configured(settings)) {
        configured
            .sdk()
            .getOpenTelemetrySdk()
            .getTracer("t")
            .spanBuilder("request_key")
            .startSpan()
            .end();
        configured.sdk().getOpenTelemetrySdk().getLogsBridge().get("t").logRecordBuilder().emit();
        configured.flush();

        boolean grpc = protocol.equals("grpc");
        await().untilAsserted(() -> assertThat(receiver.received()).hasSize(2));
        assertThat(receiver.received())
            .allSatisfy(request -> {
              assertThat(request.version())
                  .isEqualTo(grpc ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1);
              assertThat(request.headers().get("x-tenant")).isEqualTo("blue");
              assertThat(request.headers().get(grpc ? "grpc-encoding" : "content-encoding"))
                  .isEqualTo("gzip");
            });
        assertThat(receiver.received())
            .extracting(FaultyReceiver.Received::path)
            .containsExactlyInAnyOrder(
                grpc
                    ? new String[] {
                      "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
                      "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
                    }
                    : new String[] {"/v1/traces", "/v1/logs"});
        assertThat(Exports.export(configured.logExporter())).isInstanceOf(Accepted.class);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http/protobuf", "grpc"})
  void the_timeout_is_obeyed_and_there_is_one_attempt(String protocol) {
    try (FaultyReceiver receiver = FaultyReceiver.start(vertx).otherwise(Fault.hang());
        Configured configured =
            new Configured(
                Map.of(
                    "otel.exporter.otlp.endpoint",
                    receiver.url(),
                    "otel.exporter.otlp.protocol",
                    protocol,
                    "otel.exporter.otlp.timeout",
                    "300"))) {
      long start = System.nanoTime();

      assertThat(Exports.export(configured.logExporter()))
          .isInstanceOfSatisfying(
              Retryable.class, outcome -> assertThat(outcome.reason()).isEqualTo("timeout"));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
      assertThat(receiver.received()).hasSize(1);
    }
  }

  /** An SDK configured by nothing but these settings. */
  private static final class Configured implements AutoCloseable {

    private final AtomicReference<@Nullable LogRecordExporter> logExporter =
        new AtomicReference<>();
    private final AutoConfiguredOpenTelemetrySdk sdk;

    Configured(Map<String, String> settings) {
      Map<String, String> properties = new HashMap<>(settings);
      properties.put("otel.metrics.exporter", "none");
      sdk =
          AutoConfiguredOpenTelemetrySdk.builder()
              .disableShutdownHook()
              .addPropertiesSupplier(() -> properties)
              .addLogRecordExporterCustomizer((exporter, config) -> {
                logExporter.set(exporter);
                return exporter;
              })
              .build();
    }

    AutoConfiguredOpenTelemetrySdk sdk() {
      return sdk;
    }

    LogRecordExporter logExporter() {
      LogRecordExporter exporter = logExporter.get();
      if (exporter == null) {
        throw new IllegalStateException("no log exporter was configured");
      }
      return exporter;
    }

    void flush() {
      sdk.getOpenTelemetrySdk().getSdkTracerProvider().forceFlush().join(10, TimeUnit.SECONDS);
      sdk.getOpenTelemetrySdk().getSdkLoggerProvider().forceFlush().join(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
      sdk.getOpenTelemetrySdk().close();
    }
  }
}

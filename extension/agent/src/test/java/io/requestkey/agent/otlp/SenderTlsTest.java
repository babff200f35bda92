/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import static io.requestkey.agent.otlp.Exports.export;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporterBuilder;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporterBuilder;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.requestkey.agent.otlp.ExportOutcome.Accepted;
import io.requestkey.agent.otlp.ExportOutcome.Retryable;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** TLS with either sender: who is trusted, and what is said when someone is not. */
@Timeout(60)
class SenderTlsTest {

  private static final Vertx vertx = Vertx.vertx();

  private static Certificate server;
  private static Certificate elsewhere;
  private static Certificate client;

  private final List<LogRecordExporter> exporters = new ArrayList<>();
  private final List<FaultyReceiver> receivers = new ArrayList<>();

  enum Protocol {
    HTTP,
    GRPC
  }

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    server = Certificate.create(directory, "server", "ip:127.0.0.1");
    elsewhere = Certificate.create(directory, "elsewhere", "dns:elsewhere.invalid");
    client = Certificate.create(directory, "client", "dns:client.invalid");
    OtlpVertx.set(vertx);
  }

  @AfterAll
  static void closeVertx() {
    OtlpVertx.clear();
    vertx.close().await();
  }

  @AfterEach
  void stop() {
    exporters.forEach(exporter -> exporter.shutdown().join(5, TimeUnit.SECONDS));
    receivers.forEach(FaultyReceiver::close);
  }

  @ParameterizedTest
  @EnumSource
  void a_receiver_with_the_trusted_certificate_is_served(Protocol protocol) {
    FaultyReceiver receiver = receiver(tls(server));

    assertThat(export(exporter(protocol, receiver.url(), server, null)))
        .isInstanceOf(Accepted.class);
    assertThat(receiver.received().getFirst().version())
        .isEqualTo(protocol == Protocol.GRPC ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1);
    assertThat(receiver.received().getFirst().logRecordCount()).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource
  void a_receiver_with_another_certificate_is_not(Protocol protocol) {
    FaultyReceiver receiver = receiver(tls(server));

    assertTlsFailure(
        receiver,
        exporter(protocol, receiver.url(), client, null),
        "is the receiver's CA in OTEL_EXPORTER_OTLP_CERTIFICATE?");
  }

  @ParameterizedTest
  @EnumSource
  void a_self_signed_receiver_is_not_trusted_unconfigured(Protocol protocol) {
    FaultyReceiver receiver = receiver(tls(server));

    assertTlsFailure(
        receiver,
        exporter(protocol, receiver.url(), null, null),
        "is the receiver's CA in OTEL_EXPORTER_OTLP_CERTIFICATE?");
  }

  @ParameterizedTest
  @EnumSource
  void a_receiver_with_a_trusted_certificate_for_another_host_is_not_served(Protocol protocol) {
    FaultyReceiver receiver = receiver(tls(elsewhere));

    assertTlsFailure(
        receiver, exporter(protocol, receiver.url(), elsewhere, null), "127.0.0.1 found");
  }

  @ParameterizedTest
  @EnumSource
  void a_client_certificate_is_shown_on_demand(Protocol protocol) {
    FaultyReceiver receiver = receiver(mutualTls());

    assertThat(export(exporter(protocol, receiver.url(), server, client)))
        .isInstanceOf(Accepted.class);
    assertThat(receiver.received()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void a_missing_client_certificate_is_said(Protocol protocol) {
    FaultyReceiver receiver = receiver(mutualTls());

    assertClientRefused(receiver, exporter(protocol, receiver.url(), server, null));
  }

  @ParameterizedTest
  @EnumSource
  void a_refused_client_certificate_is_said(Protocol protocol) {
    FaultyReceiver receiver = receiver(mutualTls());

    assertClientRefused(receiver, exporter(protocol, receiver.url(), server, elsewhere));
  }

  @ParameterizedTest
  @EnumSource
  void a_port_without_tls_is_said(Protocol protocol) {
    FaultyReceiver receiver = receiver(new HttpServerOptions());
    String url = receiver.url().replace("http:", "https:");

    assertTlsFailure(
        receiver, exporter(protocol, url, server, null), "the port does not speak TLS");
  }

  @ParameterizedTest
  @EnumSource
  void a_port_that_wants_tls_is_not_served_in_clear_text(Protocol protocol) {
    FaultyReceiver receiver = receiver(tls(server));
    String url = receiver.url().replace("https:", "http:");

    assertThat(export(exporter(protocol, url, null, null)))
        .isInstanceOfSatisfying(
            Retryable.class, outcome -> assertThat(outcome.reason()).isIn("reset", "protocol"));
    assertThat(receiver.received()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = "GRPC")
  void a_tls_port_without_http2_is_said(Protocol protocol) {
    FaultyReceiver receiver = receiver(tls(server).setUseAlpn(false));

    assertThat(export(exporter(protocol, receiver.url(), server, null)))
        .isInstanceOfSatisfying(
            Retryable.class,
            outcome -> {
              assertThat(outcome.reason()).as(outcome.detail()).isEqualTo("protocol");
              assertThat(outcome.detail()).contains("an OTLP/HTTP port");
            });
  }

  private static void assertTlsFailure(
      FaultyReceiver receiver, LogRecordExporter exporter, String said) {
    assertThat(export(exporter))
        .isInstanceOfSatisfying(
            Retryable.class,
            outcome -> {
              assertThat(outcome.reason()).as(outcome.detail()).isEqualTo("tls");
              assertThat(outcome.detail()).startsWith("https://127.0.0.1:").contains(said);
            });
    assertThat(receiver.received()).isEmpty();
  }

  /** The refusal comes after the handshake: over HTTP/2 it may look like a lost connection. */
  private static void assertClientRefused(FaultyReceiver receiver, LogRecordExporter exporter) {
    assertThat(export(exporter))
        .isInstanceOfSatisfying(
            Retryable.class,
            outcome -> {
              assertThat(outcome.reason()).as(outcome.detail()).isIn("tls", "reset");
              assertThat(outcome.detail()).contains("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE");
            });
    assertThat(receiver.received()).isEmpty();
  }

  private FaultyReceiver receiver(HttpServerOptions options) {
    FaultyReceiver receiver = FaultyReceiver.start(vertx, options);
    receivers.add(receiver);
    return receiver;
  }

  private static HttpServerOptions tls(Certificate certificate) {
    return new HttpServerOptions()
        .setSsl(true)
        .setUseAlpn(true)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .addCertValue(certificate.certificate())
                .addKeyValue(certificate.key()));
  }

  private static HttpServerOptions mutualTls() {
    return tls(server)
        .setClientAuth(ClientAuth.REQUIRED)
        .setTrustOptions(new PemTrustOptions().addCertValue(client.certificate()));
  }

  private LogRecordExporter exporter(
      Protocol protocol, String url, @Nullable Certificate trusted, @Nullable Certificate own) {
    LogRecordExporter exporter =
        switch (protocol) {
          case HTTP -> http(url, trusted, own);
          case GRPC -> grpc(url, trusted, own);
        };
    exporters.add(exporter);
    return exporter;
  }

  private static LogRecordExporter http(
      String url, @Nullable Certificate trusted, @Nullable Certificate own) {
    OtlpHttpLogRecordExporterBuilder builder =
        OtlpHttpLogRecordExporter.builder()
            .setEndpoint(url + "/v1/logs")
            .setTimeout(Exports.TIMEOUT);
    if (trusted != null) {
      builder.setTrustedCertificates(trusted.certificate().getBytes());
    }
    if (own != null) {
      builder.setClientTls(own.key().getBytes(), own.certificate().getBytes());
    }
    return builder.build();
  }

  private static LogRecordExporter grpc(
      String url, @Nullable Certificate trusted, @Nullable Certificate own) {
    OtlpGrpcLogRecordExporterBuilder builder =
        OtlpGrpcLogRecordExporter.builder().setEndpoint(url).setTimeout(Exports.TIMEOUT);
    if (trusted != null) {
      builder.setTrustedCertificates(trusted.certificate().getBytes());
    }
    if (own != null) {
      builder.setClientTls(own.key().getBytes(), own.certificate().getBytes());
    }
    return builder.build();
  }
}

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
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both transports over TLS, with the certificates that the SDK's exporters are configured with. */
@Timeout(60)
class TlsTest {

  private static final Vertx vertx = Vertx.vertx();

  private static TestCertificate server;
  private static TestCertificate otherName;
  private static TestCertificate client;

  private @Nullable FaultyReceiver receiver;
  private @Nullable LogRecordExporter exporter;

  enum Protocol {
    HTTP,
    GRPC
  }

  @BeforeAll
  static void makeCertificates(@TempDir Path directory) {
    server = TestCertificate.forLoopback(directory, "receiver");
    otherName = TestCertificate.forName(directory, "elsewhere.example");
    client = TestCertificate.forName(directory, "agent");
    OtlpVertx.set(vertx);
  }

  @AfterAll
  static void closeVertx() {
    OtlpVertx.clear();
    vertx.close().await();
  }

  @AfterEach
  void stop() {
    if (exporter != null) {
      exporter.shutdown().join(5, TimeUnit.SECONDS);
    }
    if (receiver != null) {
      receiver.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_receiver_with_a_trusted_certificate_is_sent_to(Protocol protocol) {
    FaultyReceiver tls = receiver(server, ClientAuth.NONE);

    assertThat(export(exporter(protocol, tls.url(), server, null))).isInstanceOf(Accepted.class);

    assertThat(tls.received().getFirst().logRecordCount()).isEqualTo(3);
    assertThat(tls.received().getFirst().version())
        .isEqualTo(protocol == Protocol.GRPC ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1);
  }

  @ParameterizedTest
  @EnumSource
  void a_receiver_is_not_sent_to_if_its_ca_is_another(Protocol protocol) {
    FaultyReceiver tls = receiver(server, ClientAuth.NONE);

    assertTlsFailure(exporter(protocol, tls.url(), client, null), "OTEL_EXPORTER_OTLP_CERTIFICATE");
    assertThat(tls.received()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void a_receiver_is_not_sent_to_under_another_name(Protocol protocol) {
    FaultyReceiver tls = receiver(otherName, ClientAuth.NONE);

    assertTlsFailure(exporter(protocol, tls.url(), otherName, null), "127.0.0.1");
    assertThat(tls.received()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void a_receiver_that_asks_is_shown_the_client_certificate(Protocol protocol) {
    FaultyReceiver tls = receiver(server, ClientAuth.REQUIRED);

    assertThat(export(exporter(protocol, tls.url(), server, client))).isInstanceOf(Accepted.class);
  }

  @ParameterizedTest
  @EnumSource
  void a_receiver_that_asks_in_vain_refuses(Protocol protocol) {
    FaultyReceiver tls = receiver(server, ClientAuth.REQUIRED);

    // The alert that says why may be lost in the hanging up.
    assertThat(export(exporter(protocol, tls.url(), server, null)))
        .isInstanceOfSatisfying(
            Retryable.class,
            outcome -> {
              assertThat(outcome.reason()).isIn("tls", "reset");
              assertThat(outcome.detail()).contains("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE");
            });
    assertThat(tls.received()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void a_receiver_in_clear_text_is_not_sent_to(Protocol protocol) {
    receiver = FaultyReceiver.start(vertx);
    String url = "https://127.0.0.1:" + receiver.port();

    assertTlsFailure(exporter(protocol, url, server, null), "does not speak TLS");
  }

  @ParameterizedTest
  @EnumSource
  void a_receiver_that_wants_tls_is_not_served_in_clear_text(Protocol protocol) {
    FaultyReceiver tls = receiver(server, ClientAuth.NONE);

    assertThat(export(exporter(protocol, tls.url().replace("https:", "http:"), server, null)))
        .isInstanceOfSatisfying(
            Retryable.class, outcome -> assertThat(outcome.reason()).isIn("reset", "protocol"));
    assertThat(tls.received()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = "GRPC")
  void grpc_is_not_sent_over_http_1(Protocol protocol) {
    HttpServerOptions options =
        new HttpServerOptions().setSsl(true).setUseAlpn(false).setKeyCertOptions(server.own());
    receiver = FaultyReceiver.start(vertx, options);

    assertThat(export(exporter(protocol, receiver.url(), server, null)))
        .isInstanceOfSatisfying(
            Retryable.class,
            outcome -> {
              assertThat(outcome.reason()).as(outcome.detail()).isEqualTo("protocol");
              assertThat(outcome.detail()).contains("does not answer HTTP/2");
            });
  }

  private FaultyReceiver receiver(TestCertificate certificate, ClientAuth clientAuth) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setSsl(true)
            .setUseAlpn(true)
            .setKeyCertOptions(certificate.own())
            .setTrustOptions(client.trusted())
            .setClientAuth(clientAuth);
    FaultyReceiver started = FaultyReceiver.start(vertx, options);
    receiver = started;
    return started;
  }

  private LogRecordExporter exporter(
      Protocol protocol, String url, TestCertificate trusted, @Nullable TestCertificate own) {
    LogRecordExporter built = build(protocol, url, trusted, own);
    exporter = built;
    return built;
  }

  private static LogRecordExporter build(
      Protocol protocol, String url, TestCertificate trusted, @Nullable TestCertificate own) {
    if (protocol == Protocol.HTTP) {
      OtlpHttpLogRecordExporterBuilder http =
          OtlpHttpLogRecordExporter.builder()
              .setEndpoint(url + "/v1/logs")
              .setTimeout(Exports.TIMEOUT)
              .setTrustedCertificates(trusted.certificateBytes());
      if (own != null) {
        http.setClientTls(own.keyBytes(), own.certificateBytes());
      }
      return http.build();
    }
    OtlpGrpcLogRecordExporterBuilder grpc =
        OtlpGrpcLogRecordExporter.builder()
            .setEndpoint(url)
            .setTimeout(Exports.TIMEOUT)
            .setTrustedCertificates(trusted.certificateBytes());
    if (own != null) {
      grpc.setClientTls(own.keyBytes(), own.certificateBytes());
    }
    return grpc.build();
  }

  private static void assertTlsFailure(LogRecordExporter exporter, String said) {
    assertThat(export(exporter))
        .isInstanceOfSatisfying(
            Retryable.class,
            outcome -> {
              assertThat(outcome.reason()).as(outcome.detail()).isEqualTo("tls");
              assertThat(outcome.detail()).startsWith("https://127.0.0.1").contains(said);
            });
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.requestkey.agent.otlp.ExportOutcome.Retryable;
import io.vertx.core.http.HttpVersion;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.URI;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

/** Whatever the wire throws has a name, and the usual mistakes have a hint. */
class TransportFailureTest {

  @Test
  void the_ports_mixed_up_are_recognized() {
    SocketException reset = new SocketException("Connection reset");

    assertThat(classify("http://h:4317", HttpVersion.HTTP_1_1, reset).detail())
        .contains("OTEL_EXPORTER_OTLP_PROTOCOL=grpc");
    assertThat(classify("http://h:4318", HttpVersion.HTTP_2, reset).detail())
        .contains("OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf");
    assertThat(classify("http://h:4318", HttpVersion.HTTP_1_1, reset).detail())
        .isEqualTo("http://h:4318: connection lost: Connection reset");
  }

  @Test
  void a_wrapped_cause_is_found() {
    SSLHandshakeException handshake = new SSLHandshakeException("bad");
    handshake.initCause(new SSLHandshakeException("PKIX: no certification path"));

    assertThat(classify("https://h", HttpVersion.HTTP_1_1, new RuntimeException(handshake)))
        .satisfies(outcome -> assertThat(outcome.reason()).isEqualTo("tls"))
        .satisfies(
            outcome -> assertThat(outcome.detail()).contains("OTEL_EXPORTER_OTLP_CERTIFICATE"));
  }

  @Test
  void the_unknown_is_retryable_too() {
    assertThat(classify("http://h", HttpVersion.HTTP_1_1, new RuntimeException("odd")))
        .isEqualTo(new Retryable("transport", null, "http://h:80: odd"));
  }

  @Test
  void secrets_in_the_endpoint_are_not_told() {
    String detail =
        classify(
                "http://user:secret@[::1]:4318/v1/logs?token=secret",
                HttpVersion.HTTP_1_1,
                new ConnectException("refused"))
            .detail();

    assertThat(detail).isEqualTo("http://[::1]:4318/v1/logs: cannot connect: refused");
  }

  private static Retryable classify(String url, HttpVersion version, Throwable failure) {
    return new TransportFailure(Endpoint.of(URI.create(url)), version).classify(failure);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import static io.requestkey.agent.otlp.Exports.export;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.requestkey.agent.otlp.ExportOutcome.Accepted;
import io.requestkey.agent.otlp.ExportOutcome.Permanent;
import io.requestkey.agent.otlp.ExportOutcome.Retryable;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.NetServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OTLP over gRPC: what is sent, and what each answer means. */
@Timeout(60)
class VertxGrpcSenderTest {

  private static final int INVALID_ARGUMENT = 3;
  private static final int RESOURCE_EXHAUSTED = 8;
  private static final int OUT_OF_RANGE = 11;
  private static final int UNIMPLEMENTED = 12;
  private static final int UNAVAILABLE = 14;

  private static final Vertx vertx = Vertx.vertx();

  private FaultyReceiver receiver;
  private LogRecordExporter exporter;

  @BeforeAll
  static void useVertx() {
    OtlpVertx.set(vertx);
  }

  @AfterAll
  static void closeVertx() {
    OtlpVertx.clear();
    vertx.close().await();
  }

  @BeforeEach
  void start() {
    receiver = FaultyReceiver.start(vertx);
    exporter = Exports.grpc(receiver.url());
  }

  @AfterEach
  void stop() {
    exporter.shutdown().join(5, TimeUnit.SECONDS);
    receiver.close();
  }

  @Nested
  class Requests {

    @Test
    void carry_the_batch() {
      assertThat(export(exporter)).isInstanceOf(Accepted.class);

      FaultyReceiver.Received request = receiver.received().getFirst();
      assertThat(request.path())
          .isEqualTo("/opentelemetry.proto.collector.logs.v1.LogsService/Export");
      assertThat(request.version()).isEqualTo(HttpVersion.HTTP_2);
      assertThat(request.headers().get("content-type")).isEqualTo("application/grpc");
      assertThat(request.headers().get("te")).isEqualTo("trailers");
      assertThat(request.headers().get("grpc-timeout")).isEqualTo("8000m");
      assertThat(request.headers().get("grpc-encoding")).isNull();
      assertThat(request.headers().get("user-agent")).startsWith("OTel-OTLP-Exporter-Java/");
      assertThat(request.logRecordCount()).isEqualTo(3);
    }

    @Test
    void are_compressed_if_so_configured() {
      exporter =
          OtlpGrpcLogRecordExporter.builder()
              .setEndpoint(receiver.url())
              .setCompression("gzip")
              .addHeader("x-token", "t1")
              .build();

      assertThat(export(exporter, Exports.records(500))).isInstanceOf(Accepted.class);

      FaultyReceiver.Received request = receiver.received().getFirst();
      assertThat(request.headers().get("grpc-encoding")).isEqualTo("gzip");
      assertThat(request.headers().get("x-token")).isEqualTo("t1");
      assertThat(request.logRecordCount()).isEqualTo(500);
    }

    @Test
    void may_be_larger_than_the_flow_control_window() {
      assertThat(export(exporter, Exports.records(5000))).isInstanceOf(Accepted.class);

      assertThat(receiver.received().getFirst().message().length()).isGreaterThan(200_000);
      assertThat(receiver.received().getFirst().logRecordCount()).isEqualTo(5000);
    }

    @Test
    void reuse_the_connection() {
      for (int i = 0; i < 5; i++) {
        export(exporter);
      }

      assertThat(receiver.received()).hasSize(5);
      assertThat(receiver.connections()).isEqualTo(1);
    }

    @Test
    void are_one_per_attempt() {
      receiver.otherwise(Fault.grpcStatus(UNAVAILABLE, "down"));

      export(exporter);

      assertThat(receiver.received()).hasSize(1);
    }
  }

  @Nested
  class Success {

    @Test
    void is_told() {
      assertThat(export(exporter))
          .isEqualTo(new Accepted(0, "", endpoint() + " accepted the batch"));
    }

    @Test
    void may_be_partial() {
      receiver.next(Fault.partialSuccess(2, "too old"));

      assertThat(export(exporter))
          .isEqualTo(
              new Accepted(
                  2, "too old", endpoint() + " accepted the batch but for 2 items: too old"));
    }

    @Test
    void may_be_compressed() {
      Buffer message = Fault.gzip(Buffer.buffer(new byte[] {0x0a, 0x02, 0x08, 0x03}));
      receiver.next(Fault.grpc(Fault.frame(1, message), "grpc-status", "0"));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Accepted.class, outcome -> assertThat(outcome.rejected()).isEqualTo(3));
    }

    @Test
    void is_not_believed_of_a_decompression_bomb() {
      Buffer bomb = Fault.frame(1, Fault.gzipBomb(32 << 20));
      receiver.next(Fault.grpc(bomb, "grpc-status", "0"));

      assertNotOtlp("decompresses to more than 65536 bytes");
    }

    @Test
    void is_not_believed_of_an_endless_message() {
      Buffer endless = Fault.frame(0, Buffer.buffer(new byte[1 << 20]));
      receiver.next(Fault.grpc(endless, "grpc-status", "0"));

      assertNotOtlp("is larger than 65536 bytes");
    }

    @Test
    void is_not_believed_without_a_frame() {
      receiver.next(Fault.grpc(Buffer.buffer("hello, world"), "grpc-status", "0"));

      assertNotOtlp("is not framed as gRPC");
    }

    @Test
    void is_not_believed_of_a_web_server() {
      receiver.next(
          Fault.http(200, Buffer.buffer("<html>hello</html>"), "content-type", "text/html"));

      assertNotOtlp("the content type is text/html");
    }

    @Test
    void is_not_believed_without_a_status() {
      receiver.next(Fault.grpc(Fault.frame(0, Buffer.buffer())));

      assertRetryable("no_grpc_status", "without grpc-status");
    }

    private void assertNotOtlp(String why) {
      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Permanent.class,
              outcome -> {
                assertThat(outcome.reason()).isEqualTo("not_otlp");
                assertThat(outcome.tooLarge()).isFalse();
                assertThat(outcome.detail()).startsWith(receiver.url()).contains(why);
              });
    }
  }

  @Nested
  class Refusals {

    // CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS
    @ParameterizedTest
    @ValueSource(ints = {1, 4, 10, 11, 14, 15})
    void that_may_pass(int code) {
      receiver.next(Fault.grpcStatus(code, "try again"));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Retryable.class,
              outcome -> {
                assertThat(outcome.reason()).startsWith("grpc_");
                assertThat(outcome.retryAfter()).isNull();
                assertThat(outcome.detail()).endsWith(": try again");
              });
    }

    // UNKNOWN, INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, FAILED_PRECONDITION,
    // UNIMPLEMENTED, INTERNAL, UNAUTHENTICATED, and a code that is none
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 6, 7, 9, 12, 13, 16, 99})
    void that_are_permanent(int code) {
      receiver.next(Fault.grpcStatus(code, "no"));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Permanent.class,
              outcome -> {
                assertThat(outcome.reason()).startsWith("grpc_");
                assertThat(outcome.tooLarge()).isFalse();
              });
    }

    @Test
    void of_an_unavailable_receiver_are_named() {
      receiver.next(Fault.grpcStatus(UNAVAILABLE, "down"));

      assertThat(export(exporter))
          .isEqualTo(
              new Retryable("grpc_unavailable", null, endpoint() + " answered UNAVAILABLE: down"));
    }

    @Test
    void may_ask_to_wait() {
      receiver.next(
          Fault.grpcStatus(
              UNAVAILABLE, "down", Fault.RpcStatuses.retryInfo(Duration.ofSeconds(5))));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Retryable.class,
              outcome -> assertThat(outcome.retryAfter()).isEqualTo(Duration.ofSeconds(5)));
    }

    @Test
    void of_exhaustion_may_pass_if_the_receiver_says_so() {
      receiver.next(
          Fault.grpcStatus(
              RESOURCE_EXHAUSTED, "quota", Fault.RpcStatuses.retryInfo(Duration.ofSeconds(7))));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Retryable.class,
              outcome -> {
                assertThat(outcome.reason()).isEqualTo("grpc_resource_exhausted");
                assertThat(outcome.retryAfter()).isEqualTo(Duration.ofSeconds(7));
              });
    }

    @Test
    void of_exhaustion_are_permanent_otherwise() {
      receiver.next(Fault.grpcStatus(RESOURCE_EXHAUSTED, "quota"));

      assertPermanent("grpc_resource_exhausted", false);
    }

    @Test
    void of_the_size_say_so() {
      receiver.next(
          Fault.grpcStatus(
              RESOURCE_EXHAUSTED, "grpc: received message larger than max (5000000 vs. 4194304)"),
          Fault.grpcStatus(OUT_OF_RANGE, "Error, decoded message length too large: found 9 bytes"));

      assertPermanent("grpc_resource_exhausted", true);
      assertPermanent("grpc_out_of_range", true);
    }

    @Test
    void of_an_unknown_signal_say_so() {
      receiver.next(Fault.grpcStatus(UNIMPLEMENTED, "unknown service"));

      assertThat(export(exporter))
          .isEqualTo(
              new Permanent(
                  "grpc_unimplemented",
                  false,
                  endpoint()
                      + " answered UNIMPLEMENTED: unknown service (does the receiver take this"
                      + " signal?)"));
    }

    @Test
    void may_be_in_headers_alone() {
      receiver.next(
          Fault.grpcTrailersOnly(UNAVAILABLE, "down"),
          Fault.grpcTrailersOnly(INVALID_ARGUMENT, "bad"));

      assertRetryable("grpc_unavailable", "answered UNAVAILABLE: down");
      assertPermanent("grpc_invalid_argument", false);
    }

    @Test
    void are_explained_in_one_line_whatever_was_sent() {
      receiver.next(Fault.grpcStatus(INVALID_ARGUMENT, "f%C3%BCr 100% first%0D%0AERROR forged"));

      assertThat(export(exporter).detail())
          .endsWith("answered INVALID_ARGUMENT: f\u00fcr 100% first ERROR forged")
          .doesNotContainPattern("\\R");
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 502, 503, 504})
    void of_a_proxy_may_pass(int status) {
      receiver.next(Fault.httpStatus(status));

      assertRetryable("http_" + status, "instead of gRPC");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 404, 415, 500})
    void of_a_proxy_are_permanent(int status) {
      receiver.next(Fault.httpStatus(status));

      assertPermanent("http_" + status, false);
    }

    private void assertPermanent(String reason, boolean tooLarge) {
      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Permanent.class,
              outcome -> {
                assertThat(outcome.reason()).as(outcome.detail()).isEqualTo(reason);
                assertThat(outcome.tooLarge()).isEqualTo(tooLarge);
              });
    }
  }

  @Nested
  class Transport {

    @Test
    void without_a_listener_cannot_connect() {
      receiver.close();

      assertRetryable("connect", "cannot connect");
    }

    @Test
    void to_an_unknown_name_cannot_resolve() {
      exporter = Exports.grpc("http://no-such-host.invalid:4317");

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Retryable.class, outcome -> assertThat(outcome.reason()).isEqualTo("dns"));
    }

    @Test
    void that_hangs_times_out_as_configured() {
      exporter = Exports.grpc(receiver.url(), Duration.ofMillis(300));
      receiver.next(Fault.hang());

      long start = System.nanoTime();
      assertRetryable("timeout", "no complete answer in time");
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(290), Duration.ofSeconds(3));
      assertThat(receiver.received().getFirst().headers().get("grpc-timeout")).isEqualTo("300m");
    }

    @Test
    void that_hung_is_not_used_again() {
      exporter = Exports.grpc(receiver.url(), Duration.ofMillis(300));
      receiver.next(Fault.hang());
      assertThat(export(exporter)).isInstanceOf(Retryable.class);

      assertThat(export(exporter)).isInstanceOf(Accepted.class);
      assertThat(receiver.connections()).isEqualTo(2);
    }

    @Test
    void that_stalls_in_a_success_times_out() {
      exporter = Exports.grpc(receiver.url(), Duration.ofMillis(300));
      receiver.next(Fault.stallMidAnswer());

      assertRetryable("timeout", "no complete answer in time");
    }

    @Test
    void that_closes_before_the_answer_is_lost() {
      receiver.next(Fault.closeBeforeAnswer());

      assertRetryable("reset", "connection lost");
    }

    @Test
    void that_breaks_off_the_answer_is_lost() {
      receiver.next(Fault.resetMidAnswer());

      assertRetryable("reset", "connection lost");
    }

    @Test
    void recovers_with_the_receiver() {
      int port = receiver.port();
      export(exporter);
      receiver.close();
      assertThat(export(exporter)).isInstanceOf(Retryable.class);
      receiver = FaultyReceiver.start(vertx, new HttpServerOptions(), port);

      assertThat(export(exporter)).isInstanceOf(Accepted.class);
    }

    @Test
    void to_an_http_port_says_so() {
      receiver.close();
      receiver =
          FaultyReceiver.start(vertx, new HttpServerOptions().setHttp2ClearTextEnabled(false));
      exporter = Exports.grpc(receiver.url());

      assertRetryable("protocol", "an OTLP/HTTP port", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf");
    }

    @Test
    void to_an_http_port_that_answers_like_net_http_says_so() {
      // What Go's net/http, so the Collector, says to the preface of HTTP/2.
      String refusal =
          "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
              + "Connection: close\r\n\r\n400 Bad Request";
      NetServer server =
          vertx
              .createNetServer()
              .connectHandler(socket -> socket.handler(first -> socket.end(Buffer.buffer(refusal))))
              .listen(0, "127.0.0.1")
              .await();
      try {
        exporter = Exports.grpc("http://127.0.0.1:" + server.actualPort());

        assertRetryable("protocol", "an OTLP/HTTP port");
      } finally {
        server.close().await();
      }
    }

    @Test
    void ends_with_the_exporter() {
      receiver.next(Fault.hang());
      CompletableFuture<ExportOutcome> pending =
          OtlpExport.export(() -> exporter.export(Exports.records(3)));
      await().until(() -> receiver.received().size() == 1);

      assertThat(exporter.shutdown().join(5, TimeUnit.SECONDS).isSuccess()).isTrue();

      assertThat(pending)
          .succeedsWithin(Duration.ofSeconds(5))
          .isInstanceOfSatisfying(
              Retryable.class, outcome -> assertThat(outcome.reason()).isEqualTo("shutdown"));
    }
  }

  private String endpoint() {
    return receiver.url() + "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
  }

  private void assertRetryable(String reason, String... said) {
    assertThat(export(exporter))
        .isInstanceOfSatisfying(
            Retryable.class,
            outcome -> {
              assertThat(outcome.reason()).as(outcome.detail()).isEqualTo(reason);
              assertThat(outcome.retryAfter()).isNull();
              assertThat(outcome.detail()).startsWith("http://").contains(said);
            });
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import static io.requestkey.agent.otlp.Exports.export;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.requestkey.agent.otlp.ExportOutcome.Accepted;
import io.requestkey.agent.otlp.ExportOutcome.Permanent;
import io.requestkey.agent.otlp.ExportOutcome.Retryable;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OTLP over gRPC: what is sent, and what each answer means. */
@Timeout(60)
class VertxGrpcSenderTest {

  private static final int RESOURCE_EXHAUSTED = 8;
  private static final int OUT_OF_RANGE = 11;
  private static final int UNAVAILABLE = 14;

  @RegisterExtension static final OtlpReceivers otlp = new OtlpReceivers();

  private FaultyReceiver receiver = otlp.start();
  private LogRecordExporter exporter = Exports.grpc(receiver.url());

  @AfterEach
  void stop() {
    exporter.shutdown().join(5, TimeUnit.SECONDS);
  }

  @Nested
  class Requests {

    @Test
    void are_grpc_calls() {
      assertThat(export(exporter))
          .isEqualTo(
              new Accepted(
                  0,
                  "",
                  receiver.url()
                      + "/opentelemetry.proto.collector.logs.v1.LogsService/Export accepted the"
                      + " batch"));

      FaultyReceiver.Received request = receiver.received().getFirst();
      assertThat(request.path())
          .isEqualTo("/opentelemetry.proto.collector.logs.v1.LogsService/Export");
      assertThat(request.version()).isEqualTo(HttpVersion.HTTP_2);
      assertThat(request.headers().get("content-type")).isEqualTo("application/grpc");
      assertThat(request.headers().get("te")).isEqualTo("trailers");
      assertThat(request.headers().get("user-agent")).startsWith("OTel-OTLP-Exporter-Java/");
      assertThat(request.headers().get("grpc-timeout")).isEqualTo("8000m");
      assertThat(request.headers().contains("grpc-encoding")).isFalse();
      assertThat(request.logRecordCount()).isEqualTo(3);
    }

    @Test
    void are_compressed_if_so_configured() {
      exporter =
          OtlpGrpcLogRecordExporter.builder()
              .setEndpoint(receiver.url())
              .setCompression("gzip")
              .build();

      assertThat(export(exporter, Exports.records(500))).isInstanceOf(Accepted.class);

      FaultyReceiver.Received request = receiver.received().getFirst();
      assertThat(request.headers().get("grpc-encoding")).isEqualTo("gzip");
      assertThat(request.logRecordCount()).isEqualTo(500);
    }

    @Test
    void share_one_connection_and_do_not_mix() throws Exception {
      List<Future<ExportOutcome>> outcomes = new ArrayList<>();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 40; i++) {
          String body = "batch " + i + " " + "x".repeat(i * 997);
          outcomes.add(threads.submit(() -> export(exporter, List.of(Exports.record(body)))));
        }
      }

      for (Future<ExportOutcome> outcome : outcomes) {
        assertThat(outcome.get()).isInstanceOf(Accepted.class);
      }
      assertThat(bodies())
          .isEqualTo(
              IntStream.range(0, 40)
                  .mapToObj(i -> "batch " + i + " " + "x".repeat(i * 997))
                  .collect(Collectors.toSet()));
      assertThat(receiver.connections()).isEqualTo(1);
    }

    private Set<String> bodies() {
      return receiver.received().stream()
          .map(request ->
              request
                  .logs()
                  .getResourceLogs(0)
                  .getScopeLogs(0)
                  .getLogRecords(0)
                  .getBody()
                  .getStringValue())
          .collect(Collectors.toSet());
    }

    @Test
    void larger_than_the_window_of_the_connection_pass() {
      String large = "x".repeat(1_000_000);

      assertThat(export(exporter, List.of(Exports.record(large)))).isInstanceOf(Accepted.class);
    }
  }

  @Nested
  class Success {

    @Test
    void may_be_partial() {
      receiver.next(Fault.partialSuccess(2, "too old"));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Accepted.class,
              outcome -> {
                assertThat(outcome.rejected()).isEqualTo(2);
                assertThat(outcome.message()).isEqualTo("too old");
              });
    }

    @Test
    void may_be_compressed() {
      Buffer partial = Buffer.buffer(new byte[] {0x0a, 0x02, 0x08, 0x03});
      receiver.next(Fault.grpc(Fault.frame(1, Fault.gzip(partial)), "grpc-status", "0"));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Accepted.class, outcome -> assertThat(outcome.rejected()).isEqualTo(3));
    }

    @Test
    void is_not_believed_of_a_decompression_bomb() {
      receiver.next(Fault.grpc(Fault.frame(1, Fault.gzipBomb(32 << 20)), "grpc-status", "0"));

      assertNotOtlp("decompresses to more than 65536 bytes");
    }

    @Test
    void is_not_believed_of_an_endless_message() {
      receiver.next(Fault.success(Buffer.buffer(new byte[1 << 20])));

      assertNotOtlp("larger than 65536 bytes");
    }

    @Test
    void is_not_believed_without_a_frame() {
      receiver.next(Fault.grpc(Buffer.buffer("hello, world"), "grpc-status", "0"));

      assertNotOtlp("not framed as gRPC");
    }

    @Test
    void is_not_believed_of_a_web_server() {
      receiver.next(Fault.http(200, Buffer.buffer("<html/>"), "content-type", "text/html"));

      assertNotOtlp("the content type is text/html");
    }

    private void assertNotOtlp(String why) {
      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Permanent.class,
              outcome -> {
                assertThat(outcome.reason()).isEqualTo("not_otlp");
                assertThat(outcome.detail()).startsWith(receiver.url()).contains(why);
              });
    }
  }

  @Nested
  class Refusals {

    @ParameterizedTest
    @CsvSource({
      "1, grpc_cancelled",
      "4, grpc_deadline_exceeded",
      "10, grpc_aborted",
      "11, grpc_out_of_range",
      "14, grpc_unavailable",
      "15, grpc_data_loss"
    })
    void that_may_pass(int code, String reason) {
      receiver.next(Fault.grpcStatus(code, "busy"), Fault.grpcTrailersOnly(code, "busy"));

      for (int i = 0; i < 2; i++) {
        assertThat(export(exporter))
            .isInstanceOfSatisfying(
                Retryable.class,
                outcome -> {
                  assertThat(outcome.reason()).isEqualTo(reason);
                  assertThat(outcome.retryAfter()).isNull();
                  assertThat(outcome.detail()).endsWith(": busy");
                });
      }
    }

    @ParameterizedTest
    @CsvSource({
      "2, grpc_unknown",
      "3, grpc_invalid_argument",
      "5, grpc_not_found",
      "6, grpc_already_exists",
      "7, grpc_permission_denied",
      "8, grpc_resource_exhausted",
      "9, grpc_failed_precondition",
      "12, grpc_unimplemented",
      "13, grpc_internal",
      "16, grpc_unauthenticated"
    })
    void that_are_permanent(int code, String reason) {
      receiver.next(Fault.grpcStatus(code, "no"), Fault.grpcTrailersOnly(code, "no"));

      for (int i = 0; i < 2; i++) {
        assertThat(export(exporter))
            .isInstanceOfSatisfying(
                Permanent.class,
                outcome -> {
                  assertThat(outcome.reason()).isEqualTo(reason);
                  assertThat(outcome.tooLarge()).isFalse();
                });
      }
    }

    @Test
    void of_exhaustion_may_pass_if_the_server_says_when() {
      ByteString retry = Fault.RpcStatuses.retryInfo(Duration.ofSeconds(9));
      receiver.next(Fault.grpcStatus(RESOURCE_EXHAUSTED, "quota", retry));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Retryable.class,
              outcome -> {
                assertThat(outcome.reason()).isEqualTo("grpc_resource_exhausted");
                assertThat(outcome.retryAfter()).isEqualTo(Duration.ofSeconds(9));
              });
    }

    @Test
    void may_ask_to_wait() {
      ByteString retry = Fault.RpcStatuses.retryInfo(Duration.ofSeconds(3));
      receiver.next(Fault.grpcStatus(UNAVAILABLE, "throttled", retry));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Retryable.class,
              outcome -> assertThat(outcome.retryAfter()).isEqualTo(Duration.ofSeconds(3)));
    }

    @ParameterizedTest
    @CsvSource({
      RESOURCE_EXHAUSTED + ", grpc: received message larger than max (5 vs. 4)",
      RESOURCE_EXHAUSTED + ", gRPC message exceeds maximum size 4194304: 5000000",
      OUT_OF_RANGE + ", 'Error, decoded message length too large: found 5, the limit is: 4'"
    })
    void of_the_size_are_known_by_what_the_servers_say(int code, String message) {
      receiver.next(Fault.grpcStatus(code, message));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Permanent.class, outcome -> assertThat(outcome.tooLarge()).isTrue());
    }

    @Test
    void are_explained_by_the_unescaped_message() {
      receiver.next(Fault.grpcStatus(3, "caf%C3%A9 100%25%0Aforged 5%"));

      assertThat(export(exporter).detail())
          .endsWith("answered INVALID_ARGUMENT: café 100% forged 5%");
    }

    @ParameterizedTest
    @CsvSource({"429, true", "503, true", "404, false", "413, false", "500, false"})
    void by_something_in_between_follow_the_rules_of_http(int status, boolean mayPass) {
      receiver.next(Fault.httpStatus(status));

      ExportOutcome outcome = export(exporter);

      assertThat(outcome).isInstanceOf(mayPass ? Retryable.class : Permanent.class);
      assertThat(outcome.detail()).contains("HTTP status " + status);
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
    void that_hangs_times_out_and_the_next_attempt_has_a_new_connection() {
      exporter = Exports.grpc(receiver.url(), Duration.ofMillis(300));
      receiver.next(Fault.hang());

      assertRetryable("timeout", "no complete answer in time");
      assertThat(export(exporter)).isInstanceOf(Accepted.class);
      assertThat(receiver.connections()).isEqualTo(2);
    }

    @Test
    void that_stalls_in_the_answer_times_out() {
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
    void that_resets_the_stream_is_lost() {
      receiver.next(request -> request.response().reset(7));

      assertRetryable("reset", "connection lost");
    }

    @Test
    void that_drops_the_trailers_says_so() {
      receiver.next(Fault.grpc(Fault.frame(0, Buffer.buffer())));

      assertRetryable("no_grpc_status", "without grpc-status");
    }

    @Test
    void recovers_with_the_receiver() {
      int port = receiver.port();
      export(exporter);
      receiver.close();
      assertThat(export(exporter)).isInstanceOf(Retryable.class);
      receiver = otlp.start(new HttpServerOptions(), port);

      assertThat(export(exporter)).isInstanceOf(Accepted.class);
    }

    @Test
    void to_an_http_1_port_says_so() {
      try (FaultyReceiver http1 =
          otlp.start(new HttpServerOptions().setHttp2ClearTextEnabled(false))) {
        exporter = Exports.grpc(http1.url());

        assertRetryable(
            "protocol", "does not answer HTTP/2", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf");
      }
    }

    @Test
    void to_something_else_says_so() {
      try (RawReceiver raw =
          new RawReceiver(otlp.vertx(), socket -> socket.write("SSH-2.0-OpenSSH_9.9\r\n"))) {
        exporter = Exports.grpc(raw.url());

        assertRetryable("protocol", "does not answer HTTP/2");
      }
    }

    @Test
    void to_who_only_listens_times_out() {
      try (RawReceiver raw = new RawReceiver(otlp.vertx(), socket -> {})) {
        exporter = Exports.grpc(raw.url(), Duration.ofMillis(300));

        assertRetryable("timeout", "no complete answer in time");
      }
    }

    private void assertRetryable(String reason, String... said) {
      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Retryable.class,
              outcome -> {
                assertThat(outcome.reason()).as(outcome.detail()).isEqualTo(reason);
                assertThat(outcome.detail()).startsWith("http://").contains(said);
              });
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import static io.requestkey.agent.otlp.Exports.export;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.sdk.common.export.ProxyOptions;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.requestkey.agent.otlp.ExportOutcome.Accepted;
import io.requestkey.agent.otlp.ExportOutcome.Permanent;
import io.requestkey.agent.otlp.ExportOutcome.Retryable;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OTLP over http/protobuf: what is sent, and what each answer means. */
@Timeout(60)
class VertxHttpSenderTest {

  @RegisterExtension static final OtlpReceivers otlp = new OtlpReceivers();

  private FaultyReceiver receiver = otlp.start();
  private LogRecordExporter exporter = Exports.http(receiver.url());

  @AfterEach
  void stop() {
    exporter.shutdown().join(5, TimeUnit.SECONDS);
  }

  @Nested
  class Requests {

    @Test
    void carry_the_batch() {
      assertThat(export(exporter)).isInstanceOf(Accepted.class);

      FaultyReceiver.Received request = receiver.received().getFirst();
      assertThat(request.path()).isEqualTo("/v1/logs");
      assertThat(request.version()).isEqualTo(HttpVersion.HTTP_1_1);
      assertThat(request.headers().get("content-type")).isEqualTo("application/x-protobuf");
      assertThat(request.headers().get("content-length"))
          .isEqualTo(Integer.toString(request.message().length()));
      assertThat(request.headers().get("user-agent")).startsWith("OTel-OTLP-Exporter-Java/");
      assertThat(request.logRecordCount()).isEqualTo(3);
    }

    @Test
    void are_compressed_if_so_configured() {
      exporter =
          OtlpHttpLogRecordExporter.builder()
              .setEndpoint(receiver.url() + "/v1/logs")
              .setCompression("gzip")
              .build();

      assertThat(export(exporter, Exports.records(500))).isInstanceOf(Accepted.class);

      FaultyReceiver.Received request = receiver.received().getFirst();
      assertThat(request.headers().get("content-encoding")).isEqualTo("gzip");
      assertThat(Integer.parseInt(request.headers().get("content-length")))
          .isLessThan(request.message().length() / 10);
      assertThat(request.logRecordCount()).isEqualTo(500);
    }

    @Test
    void carry_the_headers_of_the_moment() {
      int[] calls = new int[1];
      exporter =
          OtlpHttpLogRecordExporter.builder()
              .setEndpoint(receiver.url() + "/v1/logs")
              .setHeaders(() -> Map.of("x-token", "t" + ++calls[0]))
              .build();

      export(exporter);
      export(exporter);

      assertThat(receiver.received())
          .extracting(request -> request.headers().get("x-token"))
          .containsExactly("t1", "t2");
    }

    @Test
    void are_not_sent_with_headers_that_cannot_be_and_do_not_tell_them() {
      exporter =
          OtlpHttpLogRecordExporter.builder()
              .setEndpoint(receiver.url() + "/v1/logs")
              .setHeaders(() -> Map.of("x-token", "sec\nret"))
              .build();

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Retryable.class,
              outcome -> {
                assertThat(outcome.reason()).isEqualTo("headers");
                assertThat(outcome.detail()).doesNotContain("ret\n", "sec", "x-token");
              });
      assertThat(receiver.received()).isEmpty();
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
    void go_through_the_configured_proxy() {
      exporter =
          OtlpHttpLogRecordExporter.builder()
              .setEndpoint("http://collector.invalid:4318/v1/logs")
              .setProxyOptions(
                  ProxyOptions.create(
                      new InetSocketAddress(InetAddress.getLoopbackAddress(), receiver.port())))
              .build();

      assertThat(export(exporter)).isInstanceOf(Accepted.class);
      assertThat(receiver.received().getFirst().headers().get("host"))
          .isEqualTo("collector.invalid:4318");
    }

    @Test
    void are_one_per_attempt() {
      receiver.otherwise(Fault.httpStatus(503));

      export(exporter);

      assertThat(receiver.received()).hasSize(1);
    }
  }

  @Nested
  class Success {

    @ParameterizedTest
    @ValueSource(ints = {200, 202, 204})
    void is_any_2xx_with_an_empty_body(int status) {
      receiver.next(Fault.httpStatus(status));

      assertThat(export(exporter))
          .isEqualTo(new Accepted(0, "", receiver.url() + "/v1/logs accepted the batch"));
    }

    @Test
    void may_be_partial() {
      receiver.next(Fault.partialSuccess(2, "too old"));

      assertThat(export(exporter))
          .isEqualTo(
              new Accepted(
                  2,
                  "too old",
                  receiver.url() + "/v1/logs accepted the batch but for 2 items: too old"));
    }

    @Test
    void may_be_a_warning() {
      receiver.next(Fault.partialSuccess(0, "use the new endpoint"));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Accepted.class,
              outcome -> {
                assertThat(outcome.rejected()).isZero();
                assertThat(outcome.message()).isEqualTo("use the new endpoint");
              });
    }

    @Test
    void may_be_in_json() {
      receiver.next(
          Fault.http(
              200,
              Buffer.buffer(
                  "{\"partialSuccess\":{\"rejectedLogRecords\":\"1\",\"errorMessage\":\"no\"}}"),
              "content-type",
              "application/json; charset=utf-8"));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Accepted.class, outcome -> assertThat(outcome.rejected()).isEqualTo(1));
    }

    @Test
    void may_be_without_a_content_type() {
      receiver.next(Fault.http(200, Buffer.buffer("{\"ok\":1}")));

      assertThat(export(exporter)).isInstanceOf(Accepted.class);
    }

    @Test
    void may_be_compressed() {
      receiver.next(
          Fault.http(
              200,
              Fault.gzip(Buffer.buffer(new byte[] {0x0a, 0x02, 0x08, 0x03})),
              "content-type",
              "application/x-protobuf",
              "content-encoding",
              "gzip"));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Accepted.class, outcome -> assertThat(outcome.rejected()).isEqualTo(3));
    }

    @Test
    void is_not_believed_of_a_web_server() {
      receiver.next(
          Fault.http(200, Buffer.buffer("<html>hello</html>"), "content-type", "text/html"));

      assertNotOtlp("the content type is text/html");
    }

    @Test
    void is_not_believed_of_what_only_calls_itself_protobuf() {
      receiver.next(
          Fault.http(
              200, Buffer.buffer("<html>hello</html>"), "content-type", "application/x-protobuf"));

      assertNotOtlp("the body is no OTLP response");
    }

    @Test
    void is_not_believed_of_a_decompression_bomb() {
      receiver.next(
          Fault.http(
              200,
              Fault.gzipBomb(32 << 20),
              "content-type",
              "application/x-protobuf",
              "content-encoding",
              "gzip"));

      assertNotOtlp("decompresses to more than 65536 bytes");
    }

    @Test
    void is_not_believed_of_an_endless_body() {
      receiver.next(
          Fault.http(
              200, Buffer.buffer(new byte[1 << 20]), "content-type", "application/x-protobuf"));

      assertNotOtlp("is larger than 65536 bytes");
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

    @ParameterizedTest
    @ValueSource(ints = {429, 502, 503, 504})
    void of_overload_may_pass(int status) {
      receiver.next(Fault.httpStatus(status));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Retryable.class,
              outcome -> {
                assertThat(outcome.reason()).isEqualTo("http_" + status);
                assertThat(outcome.retryAfter()).isNull();
                assertThat(outcome.detail())
                    .startsWith(receiver.url() + "/v1/logs answered " + status);
              });
    }

    @Test
    void may_ask_to_wait_for_seconds() {
      receiver.next(Fault.httpStatus(503, "retry-after", "7"));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Retryable.class,
              outcome -> assertThat(outcome.retryAfter()).isEqualTo(Duration.ofSeconds(7)));
    }

    @Test
    void may_ask_to_wait_until_a_date() {
      String date =
          DateTimeFormatter.RFC_1123_DATE_TIME.format(
              ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(60));
      receiver.next(Fault.httpStatus(429, "retry-after", date));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Retryable.class,
              outcome ->
                  assertThat(outcome.retryAfter())
                      .isBetween(Duration.ofSeconds(50), Duration.ofSeconds(60)));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 307, 400, 401, 403, 404, 405, 415, 500, 501})
    void of_the_request_are_permanent(int status) {
      receiver.next(Fault.httpStatus(status));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Permanent.class,
              outcome -> {
                assertThat(outcome.reason()).isEqualTo("http_" + status);
                assertThat(outcome.tooLarge()).isFalse();
              });
    }

    @Test
    void of_the_size_say_so() {
      receiver.next(Fault.httpStatus(413));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Permanent.class, outcome -> assertThat(outcome.tooLarge()).isTrue());
    }

    @Test
    void are_explained_by_the_status_message_of_the_receiver() {
      receiver.next(
          Fault.http(
              400,
              Buffer.buffer(new byte[] {0x08, 0x03, 0x12, 0x03, 'b', 'a', 'd'}),
              "content-type",
              "application/x-protobuf"));

      assertThat(export(exporter).detail()).endsWith("answered 400 Bad Request: bad");
    }

    @Test
    void are_explained_in_one_line_whatever_was_sent() {
      receiver.next(
          Fault.http(400, Buffer.buffer("first\r\nERROR forged\u2028line" + "x".repeat(100_000))));

      assertThat(export(exporter).detail())
          .contains("first ERROR forged line")
          .doesNotContainPattern("\\R")
          .hasSizeLessThan(600);
    }

    @Test
    void stand_even_if_their_body_never_ends() {
      exporter = Exports.http(receiver.url(), Duration.ofMillis(300));
      receiver.next(request ->
          request
              .response()
              .setStatusCode(400)
              .putHeader("content-length", "1000")
              .write("half an explan"));

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Permanent.class, outcome -> assertThat(outcome.reason()).isEqualTo("http_400"));
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
      exporter = Exports.http("http://no-such-host.invalid:4318");

      assertThat(export(exporter))
          .isInstanceOfSatisfying(
              Retryable.class, outcome -> assertThat(outcome.reason()).isEqualTo("dns"));
    }

    @Test
    void that_hangs_times_out_as_configured() {
      exporter = Exports.http(receiver.url(), Duration.ofMillis(300));
      receiver.next(Fault.hang());

      long start = System.nanoTime();
      assertRetryable("timeout", "no complete answer in time");
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(290), Duration.ofSeconds(3));
    }

    @Test
    void that_stalls_in_a_success_times_out() {
      exporter = Exports.http(receiver.url(), Duration.ofMillis(300));
      receiver.next(Fault.stallMidAnswer());

      assertRetryable("timeout", "no complete answer in time");
    }

    @Test
    void may_be_slow_within_the_timeout() {
      receiver.next(Fault.after(Duration.ofMillis(300), Fault.none()));

      assertThat(export(exporter)).isInstanceOf(Accepted.class);
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
      receiver = otlp.start(new HttpServerOptions(), port);

      assertThat(export(exporter)).isInstanceOf(Accepted.class);
    }

    @Test
    void to_a_grpc_port_says_so() {
      // What grpc-go does with HTTP/1.1: its settings, then it hangs up.
      byte[] settings = {0, 0, 0, 4, 0, 0, 0, 0, 0};
      try (RawReceiver raw =
          new RawReceiver(otlp.vertx(), socket -> socket.end(Buffer.buffer(settings)))) {
        exporter = Exports.http(raw.url());

        assertRetryable("protocol", "a gRPC port", "OTEL_EXPORTER_OTLP_PROTOCOL=grpc", raw.url());
      }
    }

    @Test
    void to_something_else_says_so() {
      try (RawReceiver raw =
          new RawReceiver(otlp.vertx(), socket -> socket.write("SSH-2.0-OpenSSH_9.9\r\n"))) {
        exporter = Exports.http(raw.url());

        assertRetryable("protocol", "does not answer HTTP/1.1");
      }
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
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.Compressor;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.common.export.ProxyOptions;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.requestkey.agent.otlp.ExportOutcome.Accepted;
import io.requestkey.agent.otlp.ExportOutcome.Permanent;
import io.requestkey.agent.otlp.ExportOutcome.Retryable;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Senders begin and end with their Vert.x, and call back exactly once whatever happens. */
@Timeout(60)
class LifecycleTest {

  private static final Duration PROMPTLY = Duration.ofSeconds(3);

  private final Vertx receiverVertx = Vertx.vertx();
  private FaultyReceiver receiver;

  @BeforeEach
  void start() {
    OtlpVertx.clear();
    receiver = FaultyReceiver.start(receiverVertx);
  }

  @AfterEach
  void stop() {
    OtlpVertx.clear();
    receiver.close();
    receiverVertx.close().await();
  }

  @Test
  void a_shutdown_ends_what_is_running() {
    int requests = 0;
    for (LogRecordExporter exporter :
        List.of(Exports.http(receiver.url()), Exports.grpc(receiver.url()))) {
      receiver.otherwise(Fault.hang());
      CompletableFuture<ExportOutcome> running =
          OtlpExport.export(() -> exporter.export(Exports.records(1)));
      awaitRequest(++requests);

      CompletableResultCode shutdown = exporter.shutdown();

      assertThat(running)
          .succeedsWithin(PROMPTLY)
          .isInstanceOfSatisfying(
              Retryable.class, outcome -> assertThat(outcome.reason()).isEqualTo("shutdown"));
      assertThat(shutdown.join(3, TimeUnit.SECONDS).isSuccess()).isTrue();
    }
  }

  @Test
  void a_shutdown_while_connecting_ends_that_too() {
    // 203.0.113.0/24 is for documentation (RFC 5737): nobody answers there.
    LogRecordExporter exporter = Exports.http("http://203.0.113.1:4318");
    CompletableFuture<ExportOutcome> running =
        OtlpExport.export(() -> exporter.export(Exports.records(1)));

    assertThat(exporter.shutdown().join(3, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(running).succeedsWithin(PROMPTLY).isInstanceOf(Retryable.class);
  }

  @Test
  void a_sender_that_was_shut_down_fails_at_once() {
    HttpSender sender = sender(receiver.url());
    sender.shutdown().join(3, TimeUnit.SECONDS);

    Calls calls = send(sender, message("late"));

    assertThat(calls.all()).containsExactly("error");
    assertThat(calls.outcome())
        .isInstanceOfSatisfying(
            Retryable.class, outcome -> assertThat(outcome.reason()).isEqualTo("shutdown"));
  }

  @Test
  void a_second_shutdown_succeeds() {
    HttpSender sender = sender(receiver.url());

    assertThat(sender.shutdown().join(3, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(sender.shutdown().join(3, TimeUnit.SECONDS).isSuccess()).isTrue();
  }

  @Test
  void a_vertx_that_is_closed_first_ends_what_is_running() {
    Vertx vertx = Vertx.vertx();
    OtlpVertx.set(vertx);
    receiver.otherwise(Fault.hang());
    HttpSender sender = sender(receiver.url());
    Calls running = send(sender, message("one"));
    awaitRequest(1);

    vertx.close().await();

    await().atMost(PROMPTLY).untilAsserted(() -> assertThat(running.all()).hasSize(1));
    Calls late = send(sender, message("two"));
    await().atMost(PROMPTLY).untilAsserted(() -> assertThat(late.all()).containsExactly("error"));
    assertThat(sender.shutdown().join(3, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(running.all()).hasSize(1);
  }

  @Test
  void a_message_that_cannot_be_written_is_an_error() {
    HttpSender sender = sender(receiver.url());

    Calls calls =
        send(
            sender,
            new MessageWriter() {
              @Override
              public void writeMessage(OutputStream output) throws IOException {
                throw new IOException("no such field");
              }

              @Override
              public int getContentLength() {
                return -1;
              }
            });

    assertThat(calls.all()).containsExactly("error");
    assertThat(calls.outcome())
        .isInstanceOfSatisfying(
            Permanent.class, outcome -> assertThat(outcome.reason()).isEqualTo("encode"));
    sender.shutdown();
  }

  @Test
  void a_callback_that_throws_does_no_harm() {
    HttpSender sender = sender(receiver.url());
    AtomicInteger calls = new AtomicInteger();

    sender.send(
        message("one"),
        response -> {
          calls.incrementAndGet();
          throw new IllegalStateException("on purpose");
        },
        error -> calls.incrementAndGet());
    await().untilAtomic(calls, is(1));

    Calls next = send(sender, message("two"));
    await().untilAsserted(() -> assertThat(next.all()).containsExactly("response"));
    assertThat(calls).hasValue(1);
    sender.shutdown();
  }

  @Test
  void an_outcome_can_be_waited_for_on_any_context_of_the_same_vertx() {
    Vertx vertx = Vertx.vertx();
    OtlpVertx.set(vertx);
    LogRecordExporter exporter = Exports.http(receiver.url());

    ExportOutcome outcome = vertx.executeBlocking(() -> Exports.export(exporter)).await();

    assertThat(outcome).isInstanceOf(Accepted.class);
    exporter.shutdown().join(3, TimeUnit.SECONDS);
    vertx.close().await();
  }

  @Test
  void a_vertx_of_their_own_is_shared_and_closed_with_the_last() {
    LogRecordExporter first = Exports.http(receiver.url());
    LogRecordExporter second = Exports.grpc(receiver.url());
    OtlpVertx.Lease third = OtlpVertx.lease();
    assertThat(Exports.export(first)).isInstanceOf(Accepted.class);

    first.shutdown().join(3, TimeUnit.SECONDS);
    third.release();
    assertThat(Exports.export(second)).isInstanceOf(Accepted.class);
    second.shutdown().join(3, TimeUnit.SECONDS);

    OtlpVertx.Lease fourth = OtlpVertx.lease();
    assertThat(fourth.vertx()).isNotSameAs(third.vertx());
    fourth.release().await();
  }

  @Test
  void a_thousand_exports_with_every_fault_are_each_answered_once() {
    HttpSender sender = sender(receiver.url());
    List<Calls> all = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      receiver.next(
          Fault.none(), Fault.httpStatus(503), Fault.closeBeforeAnswer(), Fault.resetMidAnswer());
    }
    for (int i = 0; i < 1000; i++) {
      all.add(send(sender, message("message " + i)));
    }

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(all).allSatisfy(c -> assertThat(c.all()).hasSize(1)));
    sender.shutdown().join(3, TimeUnit.SECONDS);
    assertThat(all).allSatisfy(calls -> assertThat(calls.all()).hasSize(1));
  }

  private void awaitRequest(int count) {
    await().atMost(PROMPTLY).until(() -> receiver.received().size() == count);
  }

  private static HttpSender sender(String url) {
    return new VertxHttpSenderProvider().createSender(new Config(URI.create(url + "/v1/logs")));
  }

  private static MessageWriter message(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new MessageWriter() {
      @Override
      public void writeMessage(OutputStream output) throws IOException {
        output.write(bytes);
      }

      @Override
      public int getContentLength() {
        return bytes.length;
      }
    };
  }

  private static Calls send(HttpSender sender, MessageWriter message) {
    Calls calls = new Calls();
    calls.outcome =
        OtlpExport.export(() -> {
          CompletableResultCode result = new CompletableResultCode();
          sender.send(
              message,
              response -> {
                calls.response();
                result.succeed();
              },
              error -> {
                calls.error();
                result.fail();
              });
          return result;
        });
    return calls;
  }

  /** Which callbacks were called, in order. */
  private static final class Calls {

    private final List<String> calls = new ArrayList<>();
    private @Nullable CompletableFuture<ExportOutcome> outcome;

    synchronized void response() {
      calls.add("response");
    }

    synchronized void error() {
      calls.add("error");
    }

    synchronized List<String> all() {
      return List.copyOf(calls);
    }

    ExportOutcome outcome() {
      if (outcome == null) {
        throw new IllegalStateException("not sent");
      }
      return outcome.join();
    }
  }

  private record Config(URI endpoint) implements HttpSenderConfig {

    @Override
    public URI getEndpoint() {
      return endpoint;
    }

    @Override
    public String getContentType() {
      return "application/x-protobuf";
    }

    @Override
    public @Nullable Compressor getCompressor() {
      return null;
    }

    @Override
    public Duration getTimeout() {
      return Exports.TIMEOUT;
    }

    @Override
    public Duration getConnectTimeout() {
      return Exports.TIMEOUT;
    }

    @Override
    public Supplier<Map<String, List<String>>> getHeadersSupplier() {
      return Map::of;
    }

    @Override
    public @Nullable ProxyOptions getProxyOptions() {
      return null;
    }

    @Override
    public @Nullable RetryPolicy getRetryPolicy() {
      return null;
    }

    @Override
    public @Nullable SSLContext getSslContext() {
      return null;
    }

    @Override
    public @Nullable X509TrustManager getTrustManager() {
      return null;
    }

    @Override
    public @Nullable ExecutorService getExecutorService() {
      return null;
    }
  }
}

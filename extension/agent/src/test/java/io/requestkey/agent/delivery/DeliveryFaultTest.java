/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.requestkey.agent.delivery.DeliveryRun.Protocol;
import io.requestkey.agent.otlp.Fault;
import io.requestkey.agent.otlp.FaultyReceiver;
import io.requestkey.agent.otlp.OtlpReceivers;
import io.requestkey.agent.otlp.TestCertificate;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a receiver does: unique records it took + records counted lost = records appended, to
 * the unit, and the other signal has finished meanwhile.
 */
@Timeout(60)
final class DeliveryFaultTest {

  private static final int RECORDS = 250; // three batches, the last one not full
  private static final Duration TIMEOUT = Duration.ofMillis(300);

  @RegisterExtension static final OtlpReceivers otlp = new OtlpReceivers();

  private static TestCertificate stranger;

  private final FaultyReceiver logs = otlp.start();
  private final FaultyReceiver traces = otlp.start();

  @BeforeAll
  static void makeCertificate(@TempDir Path directory) {
    stranger = TestCertificate.forLoopback(directory, "stranger");
  }

  /**
   * What happens to the first requests, and what it costs.
   *
   * @param rejected records that are in an accepted request and refused all the same
   */
  record Case(
      String name, Protocol protocol, List<Fault> faults, Map<String, Long> lost, int rejected) {
    @Override
    public String toString() {
      return protocol + ": " + name;
    }
  }

  private static Stream<Case> faults() {
    Buffer bomb = Fault.gzipBomb(64 << 20);
    ByteString second = Fault.RpcStatuses.retryInfo(Duration.ofSeconds(1));
    List<Case> cases = new ArrayList<>();
    for (Protocol protocol : Protocol.values()) {
      Map<String, Fault> passing =
          Map.of(
              "hangs", Fault.hang(),
              "closes", Fault.closeBeforeAnswer(),
              "resets in mid-answer", Fault.resetMidAnswer(),
              "stalls in mid-answer", Fault.stallMidAnswer(),
              "503", Fault.httpStatus(503),
              "502", Fault.httpStatus(502),
              "takes it and closes", Fault.acceptThen(Fault.closeBeforeAnswer()),
              "takes it and hangs", Fault.acceptThen(Fault.hang()),
              "413 once", Fault.httpStatus(413),
              "answers late", Fault.acceptThen(Fault.after(Duration.ofMillis(100), Fault.none())));
      passing.forEach(
          (name, fault) -> cases.add(new Case(name, protocol, List.of(fault, fault), Map.of(), 0)));
      cases.add(
          new Case(
              "partial success",
              protocol,
              List.of(Fault.partialSuccess(3, "three are bad")),
              Map.of("rejected", 3L),
              3));
      cases.add(
          new Case(
              "partial success that rejects more than there is",
              protocol,
              List.of(Fault.partialSuccess(1_000_000, "all are bad")),
              Map.of("rejected", 100L),
              100));
      cases.add(
          new Case("400", protocol, List.of(Fault.httpStatus(400)), Map.of("http_400", 100L), 0));
      cases.add(
          new Case(
              "wrong content type",
              protocol,
              List.of(Fault.http(200, Buffer.buffer("<html>"), "content-type", "text/html")),
              Map.of("not_otlp", 100L),
              0));
    }
    cases.add(http("503 with Retry-After", Fault.httpStatus(503, "retry-after", "1")));
    cases.add(http("429 with Retry-After", Fault.httpStatus(429, "retry-after", "1")));
    cases.add(http("429", Fault.httpStatus(429)));
    cases.add(http("504", Fault.httpStatus(504)));
    cases.add(
        new Case(
            "gzip bomb",
            Protocol.HTTP,
            List.of(
                Fault.http(
                    200,
                    bomb,
                    "content-type",
                    "application/x-protobuf",
                    "content-encoding",
                    "gzip")),
            Map.of("not_otlp", 100L),
            0));
    for (int retryable : new int[] {1, 4, 10, 11, 14, 15}) {
      cases.add(grpc("status " + retryable, Fault.grpcStatus(retryable, "later")));
    }
    cases.add(grpc("exhausted with RetryInfo", Fault.grpcStatus(8, "later", second)));
    cases.add(grpc("unavailable with RetryInfo", Fault.grpcStatus(14, "later", second)));
    cases.add(
        grpc("too large", Fault.grpcStatus(8, "grpc: received message larger than max (9 vs. 4)")));
    cases.add(
        lostOverGrpc(
            "exhausted for good", Fault.grpcStatus(8, "quota"), "grpc_resource_exhausted"));
    cases.add(lostOverGrpc("invalid", Fault.grpcTrailersOnly(3, "bad"), "grpc_invalid_argument"));
    cases.add(lostOverGrpc("internal", Fault.grpcStatus(13, "bug"), "grpc_internal"));
    cases.add(
        lostOverGrpc(
            "gzip bomb", Fault.grpc(Fault.frame(1, bomb), "grpc-status", "0"), "not_otlp"));
    return cases.stream();
  }

  private static Case http(String name, Fault fault) {
    return new Case(name, Protocol.HTTP, List.of(fault), Map.of(), 0);
  }

  private static Case grpc(String name, Fault fault) {
    return new Case(name, Protocol.GRPC, List.of(fault), Map.of(), 0);
  }

  private static Case lostOverGrpc(String name, Fault fault, String reason) {
    return new Case(name, Protocol.GRPC, List.of(fault), Map.of(reason, 100L), 0);
  }

  private DeliveryRun run(Protocol protocol) {
    DeliveryRun run = new DeliveryRun(protocol, logs.url(), traces.url());
    run.exportTimeout = TIMEOUT;
    return run;
  }

  @ParameterizedTest
  @MethodSource("faults")
  void of_log_records(Case fault) throws InterruptedException {
    logs.next(fault.faults().toArray(Fault[]::new));
    try (DeliveryRun run = run(fault.protocol())) {
      run.hit(0, RECORDS).start().awaitDone(Signal.TRACES).awaitDone(Signal.LOGS);

      Account account = run.account(Signal.LOGS);
      long arrived = (long) Arrivals.unique(Arrivals.uids(logs)).size() - fault.rejected();
      assertThat(account.lost()).isEqualTo(fault.lost());
      assertThat(arrived + account.totalLost()).isEqualTo(RECORDS);
      assertThat(account.delivered()).isEqualTo(arrived);
      assertThat(Arrivals.spanIds(traces)).hasSize(RECORDS);
      assertThat(run.account(Signal.TRACES).lost()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("faults")
  void of_spans(Case fault) throws InterruptedException {
    traces.next(fault.faults().toArray(Fault[]::new));
    try (DeliveryRun run = run(fault.protocol())) {
      run.hit(0, RECORDS).start().awaitDone(Signal.LOGS).awaitDone(Signal.TRACES);

      Account account = run.account(Signal.TRACES);
      long arrived = (long) Arrivals.unique(Arrivals.spanIds(traces)).size() - fault.rejected();
      assertThat(account.lost()).isEqualTo(fault.lost());
      assertThat(arrived + account.totalLost()).isEqualTo(RECORDS);
      assertThat(Arrivals.uids(logs)).hasSize(RECORDS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_signal_the_receiver_does_not_know_is_lost_with_one_line(Protocol protocol)
      throws InterruptedException {
    traces.otherwise(
        protocol == Protocol.HTTP
            ? Fault.httpStatus(404)
            : Fault.grpcStatus(12, "unknown service"));
    try (DeliveryRun run = run(protocol)) {
      run.hit(0, RECORDS).start().awaitDone(Signal.LOGS).awaitDone(Signal.TRACES);

      String reason = protocol == Protocol.HTTP ? "http_404" : "grpc_unimplemented";
      assertThat(run.account(Signal.TRACES).lost()).isEqualTo(Map.of(reason, (long) RECORDS));
      assertThat(traces.received()).as("one attempt for each batch").hasSize(3);
      assertThat(Arrivals.uids(logs)).hasSize(RECORDS);
      assertThat(run.said())
          .singleElement()
          .asString()
          .contains("traces are lost", traces.url(), "OTEL_TRACES_EXPORTER=none");
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_receiver_that_cannot_be_trusted_gets_nothing_and_holds_nobody(Protocol protocol)
      throws InterruptedException {
    HttpServerOptions tls =
        new HttpServerOptions().setSsl(true).setUseAlpn(true).setKeyCertOptions(stranger.own());
    FaultyReceiver receiver = otlp.start(tls);
    try (DeliveryRun run = new DeliveryRun(protocol, receiver.url(), traces.url())) {
      run.hit(0, RECORDS).start().awaitDone(Signal.TRACES);
      await().until(() -> !run.said().isEmpty());
      assertThat(run.said()).singleElement().asString().contains("TLS failed");
      assertThat(run.state(Signal.LOGS).pendingFrames()).isEqualTo(RECORDS);
      assertThat(run.state(Signal.LOGS).lagNanos()).isPositive();
      assertThat(run.state(Signal.TRACES).pendingFrames()).isZero();

      assertThat(run.stop(Duration.ofMillis(200))).isTrue();
      assertThat(run.account(Signal.LOGS).lost()).isEqualTo(Map.of("shutdown", (long) RECORDS));
      assertThat(receiver.received()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_receiver_that_reads_slowly_gets_everything(Protocol protocol) throws InterruptedException {
    logs.readAfter(Duration.ofMillis(150));
    try (DeliveryRun run = run(protocol)) {
      // Beyond what the sockets and HTTP/2 windows take in unread.
      run.kernel.hit(4);
      for (int number = 0; number < 4; number++) {
        assertThat(NumberedRecords.appendPadded(run.journal, number, 900_000)).isTrue();
      }
      run.exportTimeout = Duration.ofSeconds(8);
      run.start().awaitDone(Signal.LOGS);
      assertThat(Arrivals.uids(logs)).hasSize(4);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_fault_that_lasts_and_clears_costs_nothing_and_keeps_the_order(Protocol protocol)
      throws InterruptedException {
    Fault unavailable =
        protocol == Protocol.HTTP ? Fault.httpStatus(503) : Fault.grpcStatus(14, "down");
    logs.otherwise(unavailable);
    try (DeliveryRun run = run(protocol)) {
      run.start();
      for (int from = 0; from < 5_000; from += 500) {
        run.hit(from, from + 500);
      }
      run.awaitDone(Signal.TRACES);
      await().until(() -> logs.received().size() >= 5);
      assertThat(run.account(Signal.LOGS).delivered()).isZero();
      logs.otherwise(Fault.none());
      run.awaitDone(Signal.LOGS);

      assertThat(Arrivals.uids(logs))
          .isEqualTo(IntStream.range(0, 5_000).mapToObj(NumberedRecords::uid).toList());
      assertThat(Arrivals.spanIds(traces))
          .isEqualTo(IntStream.range(0, 5_000).mapToObj(NumberedRecords::spanId).toList());
      assertThat(run.said())
          .satisfiesExactly(
              line -> assertThat(line).contains("logs wait", "retrying"),
              line -> assertThat(line).contains("logs flow again"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_request_is_never_larger_than_set_and_what_alone_is_larger_is_lost(Protocol protocol)
      throws InterruptedException {
    try (DeliveryRun run = run(protocol)) {
      run.options = DeliveryRun.options(20_000, false);
      run.kernel.hit(60);
      for (int number = 0; number < 60; number++) {
        int padding = number == 17 ? 30_000 : 1_000;
        assertThat(NumberedRecords.appendPadded(run.journal, number, padding)).isTrue();
      }
      run.start().awaitDone(Signal.LOGS).awaitDone(Signal.TRACES);

      assertThat(run.account(Signal.LOGS).lost()).isEqualTo(Map.of("too_large", 1L));
      assertThat(run.account(Signal.TRACES).lost()).isEqualTo(Map.of("too_large", 1L));
      assertThat(Arrivals.uids(logs)).hasSize(59).doesNotHaveDuplicates();
      assertThat(logs.received())
          .allSatisfy(request -> assertThat(request.message().length()).isLessThan(20_000));
    }
  }

  @ParameterizedTest
  @EnumSource
  void what_a_receiver_finds_too_large_is_split_until_it_fits(Protocol protocol)
      throws InterruptedException {
    Fault tooLarge =
        protocol == Protocol.HTTP
            ? Fault.httpStatus(413)
            : Fault.grpcStatus(8, "grpc: received message larger than max (9 vs. 4)");
    // 100, 50, 25, 13: the first 12 pass, then 13 and what is in it, one by one, do not.
    logs.next(tooLarge, tooLarge, tooLarge, Fault.none(), tooLarge, tooLarge, tooLarge, tooLarge);
    try (DeliveryRun run = run(protocol)) {
      run.hit(0, RECORDS).start().awaitDone(Signal.LOGS);
      long arrived = Arrivals.unique(Arrivals.uids(logs)).size();
      assertThat(run.account(Signal.LOGS).lost()).isEqualTo(Map.of("too_large", RECORDS - arrived));
      assertThat(arrived).isEqualTo(RECORDS - 1);
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.requestkey.agent.Diagnostics;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class LaneTest {

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final SignalBooks books = new SignalBooks();
  private final StopSignal stop = new StopSignal();

  private Lane<String> lane(Function<Collection<String>, CompletableResultCode> export) {
    return new Lane<>(
        Signal.LOGS,
        books,
        List.of(new Target<>("test", export)),
        stop,
        new Diagnostics(new PrintStream(said, true, StandardCharsets.UTF_8)));
  }

  @Test
  void acceptedIsDelivered() throws InterruptedException {
    lane(_ -> CompletableResultCode.ofSuccess()).deliver(List.of("a", "b"));
    assertThat(books.delivered()).isEqualTo(2);
    assertThat(books.lost()).isEmpty();
  }

  @Test
  void failureIsRetriedWithTheSameBatchAndToldOnce() throws InterruptedException {
    List<List<String>> attempts = new ArrayList<>();
    lane(
            batch -> {
              attempts.add(List.copyOf(batch));
              return attempts.size() < 3
                  ? CompletableResultCode.ofFailure()
                  : CompletableResultCode.ofSuccess();
            })
        .deliver(List.of("a", "b"));
    assertThat(attempts).hasSize(3).containsOnly(List.of("a", "b"));
    assertThat(books.delivered()).isEqualTo(2);
    assertThat(said.toString(StandardCharsets.UTF_8).lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("retrying"),
            line -> assertThat(line).contains("flow again"));
  }

  @Test
  void whatCannotBeDeliveredBeforeTheDeadlineIsLostByShutdown() throws InterruptedException {
    stop.stop(Duration.ofMillis(300));
    lane(_ -> CompletableResultCode.ofFailure()).deliver(List.of("a", "b", "c"));
    assertThat(books.delivered()).isZero();
    assertThat(books.lost()).containsExactly(java.util.Map.entry("shutdown", 3L));
  }
}

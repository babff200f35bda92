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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long an exporter is waited for. */
@Timeout(30)
final class CourierTest {

  private final AtomicInteger attempts = new AtomicInteger();

  /** Answers after that time, whatever its own time-out is. */
  private CompletableResultCode answerAfter(Duration time) {
    int _ = attempts.incrementAndGet();
    CompletableResultCode result = new CompletableResultCode();
    CompletableFuture<Void> _ =
        CompletableFuture.runAsync(
            result::succeed,
            CompletableFuture.delayedExecutor(time.toNanos(), TimeUnit.NANOSECONDS));
    return result;
  }

  private static DeliveryOptions usual(Duration exportTimeout) {
    return DeliveryOptions.of(
        DeliveryOptions.DEFAULT_MAX_REQUEST_BYTES, exportTimeout, false, false);
  }

  private Courier<String> courier(Duration answer, DeliveryOptions options) {
    return new Courier<>(
        Signal.LOGS,
        List.of(new Target<>("slow", _ -> answerAfter(answer))),
        options,
        new StopSignal(),
        new Complaints(
            new Diagnostics(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8))),
        () -> false);
  }

  @Test
  void anExporterIsNotGivenUpBeforeItGivesUpByItself() throws InterruptedException {
    List<Fate> fates = new ArrayList<>();
    DeliveryOptions options = usual(Duration.ofMinutes(5));
    assertThat(options.attemptLimit()).isGreaterThan(Duration.ofMinutes(5));
    assertThat(usual(Duration.ofSeconds(1)).attemptLimit()).isEqualTo(Duration.ofMinutes(2));
    assertThat(
            courier(Duration.ofMillis(300), options)
                .deliver(List.of(Rendered.of(0, "one")), (_, fate) -> fates.add(fate)))
        .isTrue();
    assertThat(fates).containsExactly(Fate.delivered(1));
    assertThat(attempts).hasValue(1);
  }

  @Test
  void oneThatNeverAnswersIs() throws InterruptedException {
    DeliveryOptions options = DeliveryRun.tight(false, 1000, Duration.ofMillis(50));
    assertThat(courier(Duration.ofDays(1), options).mention(List.of("one"))).isFalse();
    assertThat(attempts).hasValue(1);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.testing.trace.TestSpanData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The span of an inner call is made after that of the outer one, and with its decision. */
final class ParentsFirstTest {

  private static final String TRACE_ID = "1".repeat(32);
  private static final long PATIENCE = 1_000;

  private final List<String> made = new ArrayList<>();
  private TraceFlags decision = TraceFlags.getDefault();
  private boolean refuse;
  private final ParentsFirst spans = new ParentsFirst(PATIENCE, this::make);

  private @Nullable SpanContext make(SpanData span, SpanContext parent) {
    made.add(
        span.getName()
            + (parent.isValid() ? " of " + (parent.isSampled() ? "sampled" : "unsampled") : ""));
    return refuse ? null : context(span.getSpanId(), decision);
  }

  private static SpanContext context(String spanId, TraceFlags flags) {
    return SpanContext.create(TRACE_ID, spanId, flags, TraceState.getDefault());
  }

  private static String id(int number) {
    return "%016x".formatted(number);
  }

  private static SpanData span(String name, int id, int parent) {
    return TestSpanData.builder()
        .setName(name)
        .setKind(SpanKind.INTERNAL)
        .setSpanContext(context(id(id), TraceFlags.getSampled()))
        .setParentSpanContext(
            parent == 0 ? SpanContext.getInvalid() : context(id(parent), TraceFlags.getSampled()))
        .setStatus(StatusData.unset())
        .setStartEpochNanos(1)
        .setEndEpochNanos(2)
        .setHasEnded(true)
        .build();
  }

  @Test
  void spanThatIsNotWithinAnotherCallIsMadeAtOnce() {
    spans.accept(span("root", 1, 0), false, 0);
    spans.accept(span("application's child", 2, 9), false, 0);

    assertThat(made).containsExactly("root", "application's child of sampled");
    assertThat(spans.waiting()).isZero();
  }

  @Test
  void innerOnesFollowTheOuterOneAndItsDecision() {
    spans.accept(span("innermost", 3, 2), true, 0);
    spans.accept(span("upcall", 2, 1), true, 1);
    assertThat(made).isEmpty();
    assertThat(spans.waiting()).isEqualTo(2);

    spans.accept(span("request", 1, 0), false, 2);

    assertThat(made).containsExactly("request", "upcall of unsampled", "innermost of unsampled");
    assertThat(spans.waiting()).isZero();
  }

  @Test
  void outerOneThatWasMadeBeforeIsRemembered() {
    spans.accept(span("request", 1, 0), false, 0);
    spans.accept(span("upcall", 2, 1), true, 1);

    assertThat(made).containsExactly("request", "upcall of unsampled");
  }

  @Test
  void theyGoAsTheyAreWhenTheOuterOneDoesNotCome() {
    spans.accept(span("upcall", 2, 1), true, 100);

    spans.tick(100 + PATIENCE - 1);
    assertThat(made).isEmpty();
    spans.tick(100 + PATIENCE);

    assertThat(made).containsExactly("upcall of sampled");
  }

  @Test
  void flushLetsAllGo() {
    spans.accept(span("upcall", 2, 1), true, 0);
    spans.accept(span("innermost", 3, 2), true, 0);

    spans.flush();

    assertThat(made).containsExactlyInAnyOrder("upcall of sampled", "innermost of unsampled");
    assertThat(spans.waiting()).isZero();
  }

  @Test
  void whatIsNotMadeHasNoOneFollowingItAtOnce() {
    refuse = true;
    spans.accept(span("upcall", 2, 1), true, 0);
    spans.accept(span("request", 1, 0), false, 0);

    assertThat(made).containsExactly("request");
    spans.tick(PATIENCE);
    assertThat(made).containsExactly("request", "upcall of sampled");
    assertThat(spans.waiting()).isZero();
  }

  @Test
  void noMoreThanItsCapacityWait() {
    for (int i = 0; i < ParentsFirst.CAPACITY + 10; i++) {
      spans.accept(span("upcall", 100_000 + i, 1 + i), true, 0);
      assertThat(spans.waiting()).isLessThanOrEqualTo(ParentsFirst.CAPACITY);
    }

    assertThat(made).hasSize(10);
  }
}

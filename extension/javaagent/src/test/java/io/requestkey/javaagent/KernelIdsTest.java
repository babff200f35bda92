/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Ids are the SDK's random ones but within the making of one span. */
final class KernelIdsTest {

  private static final String TRACE_ID = "1".repeat(32);
  private static final String SPAN_ID = "2".repeat(16);
  private static final String OTHER_TRACE_ID = "3".repeat(32);

  private final KernelIds ids = new KernelIds();

  @Test
  void areRandomAndValidByThemselves() {
    assertThat(ids.generateTraceId()).matches(TraceId::isValid).isNotEqualTo(ids.generateTraceId());
    assertThat(ids.generateSpanId()).matches(SpanId::isValid).isNotEqualTo(ids.generateSpanId());
    assertThat(ids.generatesRandomTraceIds())
        .isEqualTo(IdGenerator.random().generatesRandomTraceIds());
  }

  @Test
  void spanWithoutParentGetsBoth() {
    try (SdkTracerProvider provider = SdkTracerProvider.builder().setIdGenerator(ids).build()) {
      Span span =
          ids.during(
              TRACE_ID, SPAN_ID, provider.get("test").spanBuilder("span").setNoParent()::startSpan);

      assertThat(span.getSpanContext().getTraceId()).isEqualTo(TRACE_ID);
      assertThat(span.getSpanContext().getSpanId()).isEqualTo(SPAN_ID);
    }
  }

  @Test
  void spanWithParentIsInItsTrace() {
    SpanContext parent =
        SpanContext.create(
            OTHER_TRACE_ID, "4".repeat(16), TraceFlags.getSampled(), TraceState.getDefault());
    try (SdkTracerProvider provider = SdkTracerProvider.builder().setIdGenerator(ids).build()) {
      Span span =
          ids.during(
              null,
              SPAN_ID,
              provider
                      .get("test")
                      .spanBuilder("span")
                      .setParent(Context.root().with(Span.wrap(parent)))
                  ::startSpan);

      assertThat(span.getSpanContext().getTraceId()).isEqualTo(OTHER_TRACE_ID);
      assertThat(span.getSpanContext().getSpanId()).isEqualTo(SPAN_ID);
    }
  }

  @Test
  void eachIsGivenOnce() {
    String second =
        ids.during(
            TRACE_ID,
            SPAN_ID,
            () -> {
              assertThat(ids.generateSpanId()).isEqualTo(SPAN_ID);
              assertThat(ids.generateTraceId()).isEqualTo(TRACE_ID);
              // Such as of a span that a processor starts.
              assertThat(ids.generateTraceId()).isNotEqualTo(TRACE_ID);
              return ids.generateSpanId();
            });

    assertThat(second).isNotEqualTo(SPAN_ID);
  }

  @Test
  void whatIsNotAskedForIsNotGivenLater() {
    boolean _ = ids.during(TRACE_ID, SPAN_ID, () -> true);

    assertThat(ids.generateTraceId()).isNotEqualTo(TRACE_ID);
    assertThat(ids.generateSpanId()).isNotEqualTo(SPAN_ID);
  }

  @Test
  void norAfterAFailure() {
    assertThatThrownBy(() ->
            ids.during(
                TRACE_ID,
                SPAN_ID,
                () -> {
                  throw new IllegalStateException("a sampler's");
                }))
        .isInstanceOf(IllegalStateException.class);

    assertThat(ids.generateSpanId()).isNotEqualTo(SPAN_ID);
  }

  @Test
  void otherThreadsGetTheirOwnMeanwhile() throws Exception {
    AtomicReference<String> traceId = new AtomicReference<>();
    AtomicReference<String> spanId = new AtomicReference<>();
    Thread other =
        new Thread(() -> {
          traceId.set(ids.generateTraceId());
          spanId.set(ids.generateSpanId());
        });

    String own =
        ids.during(
            TRACE_ID,
            SPAN_ID,
            () -> {
              other.start();
              try {
                other.join();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return ids.generateSpanId();
            });

    assertThat(own).isEqualTo(SPAN_ID);
    assertThat(traceId.get()).matches(TraceId::isValid).isNotEqualTo(TRACE_ID);
    assertThat(spanId.get()).matches(SpanId::isValid).isNotEqualTo(SPAN_ID);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemoryLogRecordExporter;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.testing.logs.TestLogRecordData;
import io.opentelemetry.sdk.testing.trace.TestSpanData;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a call became arrives at the application's exporters as it is. */
final class AgentPipelineTest {

  private static final String TRACE_ID = "1".repeat(32);
  private static final String SPAN_ID = "2".repeat(16);
  private static final String PARENT_ID = "3".repeat(16);
  private static final long START = 1_767_323_050_000_000_001L;
  private static final Attributes ATTRIBUTES =
      Attributes.of(
          AttributeKey.stringKey("keyring.key.type"),
          "user",
          AttributeKey.longKey("keyring.result"),
          -126L);
  private static final Resource APPLICATION =
      Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "shop"));

  private final KernelIds ids = new KernelIds();
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final InMemoryLogRecordExporter logs = InMemoryLogRecordExporter.create();
  private final AtomicInteger otherIds = new AtomicInteger();
  private final List<Throwable> failures = new ArrayList<>();
  private SpanProcessor spanProcessor = SpanProcessor.composite();
  private LogRecordProcessor logProcessor = LogRecordProcessor.composite();
  private OpenTelemetrySdk sdk = OpenTelemetrySdk.builder().build();

  @AfterEach
  void close() {
    sdk.close();
  }

  private AgentPipeline pipeline(IdGenerator generator, Sampler sampler) {
    sdk.close();
    sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .setResource(APPLICATION)
                    .setIdGenerator(generator)
                    .setSampler(sampler)
                    .addSpanProcessor(spanProcessor)
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .setLoggerProvider(
                SdkLoggerProvider.builder()
                    .setResource(APPLICATION)
                    .addLogRecordProcessor(logProcessor)
                    .addLogRecordProcessor(SimpleLogRecordProcessor.create(logs))
                    .build())
            .build();
    return new AgentPipeline(sdk, "1.2.3", ids, otherIds::incrementAndGet, failures::add);
  }

  private static SpanContext context(String spanId, TraceFlags flags) {
    return SpanContext.create(TRACE_ID, spanId, flags, TraceState.getDefault());
  }

  private static SpanContext parent(TraceFlags flags) {
    return context(PARENT_ID, flags);
  }

  private static TestSpanData.Builder span() {
    return TestSpanData.builder()
        .setSpanContext(context(SPAN_ID, TraceFlags.getSampled()))
        .setName("request_key user")
        .setKind(SpanKind.INTERNAL)
        .setStartEpochNanos(START)
        .setEndEpochNanos(START + 1_234)
        .setStatus(StatusData.unset())
        .setAttributes(ATTRIBUTES)
        .setHasEnded(true);
  }

  @Test
  void spanIsWhatTheCallBecame() {
    SpanContext origin =
        SpanContext.create(
            "a".repeat(32), "b".repeat(16), TraceFlags.getSampled(), TraceState.getDefault());
    Attributes relation = Attributes.of(AttributeKey.stringKey("keyring.link.relation"), "origin");
    SpanData span =
        span()
            .setStatus(StatusData.create(StatusCode.ERROR, "ENOKEY"))
            .setLinks(List.of(LinkData.create(origin, relation)))
            .build();

    SpanContext became =
        pipeline(ids, Sampler.parentBased(Sampler.alwaysOn()))
            .span(span, parent(TraceFlags.getSampled()));

    assertThat(became).isNotNull();
    assertThat(spans.getFinishedSpanItems())
        .singleElement()
        .satisfies(made ->
            assertThat(made)
                .hasTraceId(TRACE_ID)
                .hasSpanId(SPAN_ID)
                .hasParentSpanId(PARENT_ID)
                .hasName("request_key user")
                .hasKind(SpanKind.INTERNAL)
                .startsAt(START)
                .endsAt(START + 1_234)
                .hasStatus(span.getStatus())
                .hasAttributes(ATTRIBUTES)
                .hasLinks(LinkData.create(origin, relation))
                .hasResource(APPLICATION));
    assertThat(spans.getFinishedSpanItems().getFirst().getInstrumentationScopeInfo().getName())
        .isEqualTo("io.requestkey");
    assertThat(spans.getFinishedSpanItems().getFirst().getInstrumentationScopeInfo().getVersion())
        .isEqualTo("1.2.3");
    assertThat(otherIds).hasValue(0);
  }

  @Test
  void spanWithoutParentBeginsTheTraceThatTheCallHas() {
    SpanContext became =
        pipeline(ids, Sampler.alwaysOn()).span(span().build(), SpanContext.getInvalid());

    assertThat(became).isNotNull();
    assertThat(spans.getFinishedSpanItems())
        .singleElement()
        .satisfies(made ->
            assertThat(made)
                .hasTraceId(TRACE_ID)
                .hasSpanId(SPAN_ID)
                .hasNoParent()
                .hasStatus(StatusData.unset()));
  }

  @Test
  void samplersDecisionIsHonouredAndTold() {
    SpanContext became =
        pipeline(ids, Sampler.parentBased(Sampler.alwaysOn()))
            .span(span().build(), parent(TraceFlags.getDefault()));

    assertThat(spans.getFinishedSpanItems()).isEmpty();
    assertThat(became).isEqualTo(context(SPAN_ID, TraceFlags.getDefault()));
    assertThat(otherIds).hasValue(0);
  }

  @Test
  void spansThatGetOtherIdsAreLeftOutAndThatIsToldOnce() {
    AgentPipeline pipeline = pipeline(IdGenerator.random(), Sampler.alwaysOn());

    assertThat(pipeline.span(span().build(), SpanContext.getInvalid())).isNull();
    assertThat(pipeline.span(span().build(), parent(TraceFlags.getSampled()))).isNull();

    assertThat(spans.getFinishedSpanItems()).isEmpty();
    assertThat(otherIds).hasValue(1);
  }

  @Test
  void logRecordIsWhatTheCallBecame() {
    LogRecordData log =
        TestLogRecordData.builder()
            .setEventName("keyring.request_key")
            .setTimestamp(START, TimeUnit.NANOSECONDS)
            .setObservedTimestamp(START + 5, TimeUnit.NANOSECONDS)
            .setSpanContext(context(SPAN_ID, TraceFlags.getSampled()))
            .setSeverity(Severity.WARN)
            .setBody("request_key user")
            .setAttributes(ATTRIBUTES)
            .build();

    // Logs do not depend on what the ids of spans are.
    pipeline(IdGenerator.random(), Sampler.alwaysOff()).log(log);

    assertThat(logs.getFinishedLogRecordItems())
        .singleElement()
        .satisfies(made -> {
          assertThat(made)
              .hasEventName("keyring.request_key")
              .hasTimestamp(START)
              .hasObservedTimestamp(START + 5)
              .hasSpanContext(context(SPAN_ID, TraceFlags.getSampled()))
              .hasSeverity(Severity.WARN)
              .hasBody("request_key user")
              .hasAttributes(ATTRIBUTES)
              .hasResource(APPLICATION);
          assertThat(made.getInstrumentationScopeInfo().getName()).isEqualTo("io.requestkey");
        });
  }

  @Test
  void logRecordWithoutSpanIsInNoTrace() {
    pipeline(ids, Sampler.alwaysOn())
        .log(TestLogRecordData.builder().setEventName("keyring.loss").build());

    assertThat(logs.getFinishedLogRecordItems().getFirst().getSpanContext().isValid()).isFalse();
  }

  @Test
  void whatASamplerThrowsCostsOneSpanAndNoOther() {
    AtomicInteger asked = new AtomicInteger();
    Sampler sampler =
        new Sampler() {
          @Override
          public SamplingResult shouldSample(
              Context parent,
              String traceId,
              String name,
              SpanKind kind,
              Attributes attributes,
              List<LinkData> links) {
            if (asked.getAndIncrement() == 0) {
              throw new IllegalStateException("sampler");
            }
            return SamplingResult.recordAndSample();
          }

          @Override
          public String getDescription() {
            return "throws once";
          }
        };
    AgentPipeline pipeline = pipeline(ids, sampler);

    assertThat(pipeline.span(span().build(), SpanContext.getInvalid())).isNull();
    assertThat(pipeline.span(span().build(), SpanContext.getInvalid())).isNotNull();

    assertThat(failures).singleElement().extracting(Throwable::getMessage).isEqualTo("sampler");
    assertThat(spans.getFinishedSpanItems()).hasSize(1);
    assertThat(ids.generateSpanId()).isNotEqualTo(SPAN_ID);
  }

  @Test
  void whatProcessorsThrowIsHandedOnAndNothingElse() {
    spanProcessor =
        new OnStart(() -> {
          throw new IllegalStateException("span processor");
        });
    logProcessor =
        (context, log) -> {
          throw new NoClassDefFoundError("log processor");
        };
    AgentPipeline pipeline = pipeline(ids, Sampler.alwaysOn());

    assertThat(pipeline.span(span().build(), SpanContext.getInvalid())).isNull();
    pipeline.log(TestLogRecordData.builder().setEventName("keyring.loss").build());

    assertThat(failures)
        .extracting(Throwable::getMessage)
        .containsExactly("span processor", "log processor");
  }
}

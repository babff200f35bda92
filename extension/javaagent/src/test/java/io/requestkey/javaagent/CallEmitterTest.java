/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemoryLogRecordExporter;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.requestkey.capture.ApplicationSpan;
import io.requestkey.capture.Caller;
import io.requestkey.capture.Correlation;
import io.requestkey.capture.Credentials;
import io.requestkey.capture.HitHeader;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyReference;
import io.requestkey.capture.KeyctlHit;
import io.requestkey.capture.KeyctlOperation;
import io.requestkey.capture.Origin;
import io.requestkey.capture.Outcome;
import io.requestkey.capture.ProcessIds;
import io.requestkey.capture.RequestKeyHit;
import io.requestkey.capture.Tampering;
import io.requestkey.capture.UpcallHit;
import io.requestkey.telemetry.KeyTelemetry;
import io.requestkey.telemetry.Observation;
import io.requestkey.telemetry.Redaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From calls to what the application's exporters get of them, and when. */
final class CallEmitterTest {

  private static final String BOOT = "6f1f3f4e-9a53-4c0e-8a77-52a7b2a0c001";
  private static final long EPOCH = 1_767_323_045_000_000_000L;
  private static final String APPLICATION_TRACE = "a".repeat(32);
  private static final String APPLICATION_SPAN = "b".repeat(16);
  private static final String REQUEST = "1".repeat(16);
  private static final String READ = "2".repeat(16);
  private static final String UPCALL = "3".repeat(16);
  private static final int SERIAL = 4711;
  private static final int CALLING_THREAD = 43;

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final InMemoryLogRecordExporter logs = InMemoryLogRecordExporter.create();
  private final KernelIds ids = new KernelIds();
  private final List<Throwable> failures = new ArrayList<>();
  private boolean processorThrows;
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .setIdGenerator(ids)
                  .setSampler(Sampler.parentBased(Sampler.alwaysOn()))
                  .addSpanProcessor(
                      new OnStart(() -> {
                        if (processorThrows) {
                          throw new IllegalStateException("processor");
                        }
                      }))
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .setLoggerProvider(
              SdkLoggerProvider.builder()
                  .addLogRecordProcessor(SimpleLogRecordProcessor.create(logs))
                  .build())
          .build();

  @AfterEach
  void close() {
    sdk.close();
  }

  private CallEmitter emitter(int ownThread) {
    return new CallEmitter(
        KeyTelemetry.create(Resource.empty(), "test", Redaction.DEFAULT),
        new AgentPipeline(sdk, "test", ids, () -> {}, failures::add),
        Duration.ofSeconds(2),
        ownThread);
  }

  private static Observation seconds(double boot) {
    return new Observation(BOOT, EPOCH + (long) (boot * 1e9), EPOCH);
  }

  private static HitHeader header(
      String spanId, @Nullable String parent, @Nullable ApplicationSpan application, long result) {
    return new HitHeader(
        1,
        APPLICATION_TRACE,
        spanId,
        parent,
        1_000,
        2_000,
        result,
        false,
        true,
        0,
        application == null ? Correlation.NONE : Correlation.SDK_TLS,
        application,
        new Caller(
            new ProcessIds(4242, 4243, 1),
            new ProcessIds(42, CALLING_THREAD, 0),
            500,
            400,
            new Credentials(0, 0, 0, 0),
            null,
            null,
            0,
            "java",
            KernelText.of("/usr/bin/java"),
            77,
            KernelText.of("/"),
            1,
            2,
            KernelText.of("shop")));
  }

  private static ApplicationSpan application(int flags) {
    return new ApplicationSpan(APPLICATION_TRACE, APPLICATION_SPAN, flags, true);
  }

  private static RequestKeyHit request(int flags) {
    return new RequestKeyHit(
        header(REQUEST, APPLICATION_SPAN, application(flags), SERIAL),
        KernelText.of("user"),
        KernelText.of("app:key"),
        KernelText.NULL,
        new KeyReference(0, 0),
        false,
        Outcome.FOUND,
        Tampering.NOT_WATCHED,
        null);
  }

  private static KeyctlHit read() {
    return new KeyctlHit(
        header(READ, APPLICATION_SPAN, application(1), 7),
        KeyctlOperation.READ.number(),
        SERIAL,
        0,
        0,
        0,
        List.of(
            new KeyReference(SERIAL, SERIAL),
            KeyReference.NONE,
            KeyReference.NONE,
            KeyReference.NONE),
        KernelText.of("user"),
        KernelText.of("app:key"),
        KernelText.ABSENT,
        KernelText.ABSENT,
        null,
        new Origin(APPLICATION_TRACE, REQUEST));
  }

  private static UpcallHit upcall() {
    return new UpcallHit(
        header(UPCALL, REQUEST, null, 0),
        SERIAL,
        5,
        6,
        KernelText.of("user"),
        KernelText.of("app:key"));
  }

  private SpanData span(String spanId) {
    return spans.getFinishedSpanItems().stream()
        .filter(span -> span.getSpanId().equals(spanId))
        .findAny()
        .orElseThrow(() -> new AssertionError("no span " + spanId));
  }

  @Test
  void logRecordDoesNotWaitAndSpanOfAKeyWaitsForWhatIsDoneWithIt() {
    CallEmitter emitter = emitter(0);

    emitter.accept(request(1), seconds(10));
    assertThat(logs.getFinishedLogRecordItems())
        .extracting(LogRecordData::getEventName)
        .containsExactly("keyring.request_key");
    assertThat(spans.getFinishedSpanItems()).isEmpty();
    assertThat(emitter.holds()).isTrue();

    emitter.accept(read(), seconds(11));
    assertThat(span(READ).getLinks())
        .singleElement()
        .satisfies(link -> {
          assertThat(link.getSpanContext().getSpanId()).isEqualTo(REQUEST);
          assertThat(link.getAttributes().asMap().values()).containsExactly("origin");
        });

    emitter.tick(seconds(12));
    assertThat(span(REQUEST))
        .hasTraceId(APPLICATION_TRACE)
        .hasParentSpanId(APPLICATION_SPAN)
        .hasName("request_key user");
    assertThat(span(REQUEST).getLinks())
        .singleElement()
        .satisfies(link -> {
          assertThat(link.getSpanContext().getSpanId()).isEqualTo(READ);
          assertThat(link.getAttributes().asMap().values()).containsExactly("follow_up");
        });
    assertThat(emitter.holds()).isFalse();
  }

  @Test
  void upcallComesAfterItsRequest() {
    CallEmitter emitter = emitter(0);

    emitter.accept(upcall(), seconds(10));
    emitter.accept(request(1), seconds(10));
    assertThat(spans.getFinishedSpanItems()).isEmpty();
    emitter.tick(seconds(12));

    assertThat(spans.getFinishedSpanItems())
        .extracting(SpanData::getSpanId)
        .containsExactly(REQUEST, UPCALL);
    assertThat(span(UPCALL)).hasParentSpanId(REQUEST).hasTraceId(APPLICATION_TRACE);
  }

  @Test
  void nothingOfATraceThatIsNotSampledIsExportedButLogRecords() {
    CallEmitter emitter = emitter(0);

    emitter.accept(upcall(), seconds(10));
    emitter.accept(request(0), seconds(10));
    emitter.tick(seconds(20));

    assertThat(spans.getFinishedSpanItems()).isEmpty();
    assertThat(logs.getFinishedLogRecordItems()).hasSize(2);
    assertThat(emitter.holds()).isFalse();
  }

  @Test
  void whatTheEmittingThreadCallsItselfIsNotTold() {
    CallEmitter emitter = emitter(CALLING_THREAD);

    emitter.accept(request(1), seconds(10));
    emitter.flush();

    assertThat(logs.getFinishedLogRecordItems()).isEmpty();
    assertThat(spans.getFinishedSpanItems()).isEmpty();
  }

  @Test
  void flushLetsAllGo() {
    CallEmitter emitter = emitter(0);

    emitter.accept(upcall(), seconds(10));
    emitter.accept(request(1), seconds(10));
    emitter.flush();

    assertThat(spans.getFinishedSpanItems()).hasSize(2);
    assertThat(emitter.holds()).isFalse();
  }

  @Test
  void aProcessorThatThrowsWhenSpansAreLetGoEndsNothing() {
    CallEmitter emitter = emitter(0);
    emitter.accept(request(1), seconds(10));
    processorThrows = true;

    emitter.tick(seconds(13));

    assertThat(failures).hasSize(1);
    assertThat(emitter.holds()).isFalse();

    emitter.accept(request(1), seconds(14));
    emitter.flush();
    assertThat(failures).hasSize(2);

    processorThrows = false;
    emitter.accept(request(1), seconds(20));
    emitter.flush();
    assertThat(failures).hasSize(2);
    assertThat(span(REQUEST).getName()).isEqualTo("request_key user");
  }
}

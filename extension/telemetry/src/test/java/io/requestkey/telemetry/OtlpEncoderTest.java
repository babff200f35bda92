/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.internal.marshal.Marshaler;
import io.opentelemetry.exporter.internal.otlp.logs.LowAllocationLogsRequestMarshaler;
import io.opentelemetry.exporter.internal.otlp.traces.LowAllocationTraceRequestMarshaler;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.logs.TestLogRecordData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyHit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes over the wire is, to the byte, what the SDK would send. */
class OtlpEncoderTest {

  private static final Resource RESOURCE =
      Resource.create(
          Attributes.builder()
              .put("service.name", "requestkey")
              .put("a.flag", true)
              .put("a.number", -7)
              .put("a.fraction", 0.1)
              .build(),
          "https://opentelemetry.io/schemas/1.42.0");

  private final OtlpEncoder encoder = new OtlpEncoder();
  private final KeyTelemetry telemetry = telemetry(Redaction.DEFAULT);

  @ParameterizedTest
  @MethodSource("io.requestkey.telemetry.Samples#redactions")
  void writesEveryShapeOfLogRecordAsTheSdkDoes(Redaction redaction) throws IOException {
    List<LogRecordData> logs = new ArrayList<>();
    KeyTelemetry redacted = telemetry(redaction);
    Samples.everyShape().forEach(hit -> logs.add(redacted.log(hit, Hits.OBSERVED)));

    for (LogRecordData log : logs) {
      assertThat(encoded(List.of(log))).describedAs("%s", log).isEqualTo(sdkLogs(List.of(log)));
    }
    assertThat(encoded(logs)).isEqualTo(sdkLogs(logs));
  }

  @ParameterizedTest
  @MethodSource("io.requestkey.telemetry.Samples#redactions")
  void writesEveryShapeOfSpanAsTheSdkDoes(Redaction redaction) throws IOException {
    List<SpanData> spans = new ArrayList<>();
    KeyTelemetry redacted = telemetry(redaction);
    for (KeyHit hit : Samples.everyShape()) {
      SpanData span = redacted.span(hit, Hits.OBSERVED);
      if (span != null) {
        spans.add(span);
      }
    }

    for (SpanData span : spans) {
      OtlpRequest request = encoder.traces(List.of(span));
      assertThat(bytes(request)).describedAs("%s", span).isEqualTo(sdkTraces(List.of(span)));
    }
    assertThat(bytes(encoder.traces(spans))).isEqualTo(sdkTraces(spans));
  }

  @Test
  void writesLinksThatWereAddedAndCountsThoseThatWereNot() throws IOException {
    SpanData span = telemetry.span(Hits.requestKey(), Hits.OBSERVED);
    assertThat(span).isNotNull();
    LinkedSpan linked = new LinkedSpan(span, 2);
    for (int i = 0; i < 5; i++) {
      linked.add(LinkData.create(span.getSpanContext(), Attributes.builder().put("n", i).build()));
    }

    assertThat(bytes(encoder.traces(List.of(linked)))).isEqualTo(sdkTraces(List.of(linked)));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void writesAnyTextAsTheSdkDoes(String text) throws IOException {
    LogRecordData log = telemetry.log(Hits.requestKeyDescribed(KernelText.of(text)), Hits.OBSERVED);

    assertThat(encoded(List.of(log))).isEqualTo(sdkLogs(List.of(log)));
  }

  /** Around every length at which one more byte is needed for it, and all widths of UTF-8. */
  static List<String> texts() {
    List<String> texts = new ArrayList<>();
    for (int length : new int[] {0, 1, 60, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129}) {
      texts.add("a".repeat(length));
    }
    texts.add("b".repeat(4095));
    texts.add("c".repeat(16_500));
    texts.add("d".repeat(2_200_000));
    texts.add("\u00e9\u20ac\ud83d\udd11\ufffd\u0000\u007f\u0080\u07ff\u0800");
    texts.add("e".repeat(120) + "\u20ac".repeat(3));
    return texts;
  }

  @Test
  void writesRecordsOfLossesAsTheSdkDoes() throws IOException {
    LossRecord.Maker maker = LossRecord.maker(RESOURCE, "1.2.3");
    List<LogRecordData> logs = List.of(maker.make("ring_full", "logs", 3, 1, 2));

    assertThat(encoded(logs)).isEqualTo(sdkLogs(logs));
  }

  @Test
  void writesCallersWithoutConfusingThem() throws IOException {
    List<LogRecordData> logs = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      for (KeyHit hit : Samples.everyShape()) {
        // The clock is stepped meanwhile, so that the same caller has begun at another time.
        logs.add(
            telemetry.log(
                hit,
                new Observation(Hits.BOOT_ID, Hits.START_EPOCH, Hits.BOOT_EPOCH + i * 1_000L)));
      }
    }

    assertThat(encoded(logs)).isEqualTo(sdkLogs(logs));
  }

  @Test
  void leavesOtherThingsToTheSdk() {
    LogRecordData log = telemetry.log(Hits.requestKey(), Hits.OBSERVED);
    LogRecordData other = telemetry(Redaction.DEFAULT).log(Hits.requestKey(), Hits.OBSERVED);
    LogRecordData list =
        TestLogRecordData.builder()
            .setAttributes(Attributes.of(AttributeKey.stringArrayKey("list"), List.of("a")))
            .setBody("text")
            .build();
    LogRecordData bodiless = TestLogRecordData.builder().build();

    assertThat(encoder.logs(List.of(list))).isNull();
    assertThat(encoder.logs(List.of(bodiless))).isNull();
    assertThat(encoder.logs(List.of(log, other))).describedAs("two scopes").isNull();
    assertThat(encoder.logs(List.of(log))).describedAs("what comes after is not hurt").isNotNull();
  }

  private static KeyTelemetry telemetry(Redaction redaction) {
    return KeyTelemetry.create(RESOURCE, "1.2.3", redaction);
  }

  private byte[] encoded(List<LogRecordData> logs) {
    return bytes(encoder.logs(logs));
  }

  private static byte[] bytes(@Nullable OtlpRequest request) {
    assertThat(request).isNotNull();
    return Arrays.copyOf(request.bytes(), request.length());
  }

  private static byte[] sdkLogs(List<LogRecordData> logs) throws IOException {
    LowAllocationLogsRequestMarshaler marshaler = new LowAllocationLogsRequestMarshaler();
    marshaler.initialize(logs);
    return written(marshaler);
  }

  private static byte[] sdkTraces(List<SpanData> spans) throws IOException {
    LowAllocationTraceRequestMarshaler marshaler = new LowAllocationTraceRequestMarshaler();
    marshaler.initialize(spans);
    return written(marshaler);
  }

  private static byte[] written(Marshaler marshaler) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    marshaler.writeBinaryTo(out);
    return out.toByteArray();
  }
}

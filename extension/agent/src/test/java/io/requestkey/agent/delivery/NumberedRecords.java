/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.testing.logs.TestLogRecordData;
import io.opentelemetry.sdk.testing.trace.TestSpanData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.requestkey.agent.journal.Frame;
import io.requestkey.agent.journal.HitJournal;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Records that say no more than which one they are, and the telemetry they become. What a record of
 * the kernel becomes is specified elsewhere.
 */
final class NumberedRecords {

  static final AttributeKey<String> UID = AttributeKey.stringKey("log.record.uid");
  private static final AttributeKey<String> PADDING = AttributeKey.stringKey("padding");

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  private NumberedRecords() {}

  /** Appends records with these numbers; false when one was refused. */
  static boolean append(HitJournal journal, int from, int to) {
    for (int number = from; number < to; number++) {
      if (!appendPadded(journal, number, 0)) {
        return false;
      }
    }
    return true;
  }

  /** Appends a record that becomes an item with so many bytes more. */
  static boolean appendPadded(HitJournal journal, int number, int padding) {
    MemorySegment record = MemorySegment.ofArray(new byte[8]);
    record.set(INT, 0, number);
    record.set(INT, 4, padding);
    return journal.append(record, 0, 8);
  }

  static int number(Frame frame) {
    return MemorySegment.ofArray(frame.record()).get(INT, 0);
  }

  static String uid(int number) {
    return "boot-" + number;
  }

  static String spanId(int number) {
    return String.format("%016x", number + 1L);
  }

  static Renderer<LogRecordData> logs() {
    return atOnce(frame ->
        TestLogRecordData.builder()
            .setBody("record " + number(frame))
            .setAttributes(
                Attributes.builder()
                    .put(UID, uid(number(frame)))
                    .put(PADDING, padding(frame))
                    .build())
            .build());
  }

  static Renderer<SpanData> spans() {
    return atOnce(NumberedRecords::span);
  }

  static SpanData span(Frame frame) {
    return TestSpanData.builder()
        .setName("record")
        .setKind(SpanKind.INTERNAL)
        .setSpanContext(
            SpanContext.create(
                "000102030405060708090a0b0c0d0e0f",
                spanId(number(frame)),
                TraceFlags.getSampled(),
                TraceState.getDefault()))
        .setStartEpochNanos(1)
        .setEndEpochNanos(2)
        .setHasEnded(true)
        .setStatus(StatusData.unset())
        .setAttributes(Attributes.of(PADDING, padding(frame)))
        .build();
  }

  private static String padding(Frame frame) {
    return "x".repeat(MemorySegment.ofArray(frame.record()).get(INT, 4));
  }

  static <T> Renderer<T> atOnce(Function<Frame, T> maker) {
    return rendered(frame -> Rendered.of(frame.number(), maker.apply(frame)));
  }

  static <T> Renderer<T> rendered(Function<Frame, Rendered<T>> renderer) {
    return new Renderer<>() {
      @Override
      public void accept(Frame frame, Consumer<Rendered<T>> out) {
        out.accept(renderer.apply(frame));
      }

      @Override
      public void tick(Consumer<Rendered<T>> out) {}

      @Override
      public void flush(Consumer<Rendered<T>> out) {}
    };
  }
}

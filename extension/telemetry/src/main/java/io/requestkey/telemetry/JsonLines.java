/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object a line. Keys and their order are a contract:
 *
 * <pre>{@code
 * {"signal":"log","event_name","time_unix_nano","observed_time_unix_nano","severity","body",
 *  "trace_id","span_id","attributes":{...}}
 * {"signal":"span","name","kind","start_unix_nano","end_unix_nano","trace_id","span_id",
 *  "parent_span_id","status","attributes":{...},
 *  "links":[{"trace_id","span_id","attributes":{...}}]}
 * }</pre>
 *
 * <p>Times are integers, in ns since 1970. A span without a parent has an empty parent_span_id, as
 * in OTLP. Attribute values keep their types.
 */
final class JsonLines implements ConsoleFormat {

  private static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .characterEscapes(new LineSafeEscapes())
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .rootValueSeparator((String) null)
          .build();

  @Override
  public Charset charset(Charset ofStream) {
    return StandardCharsets.UTF_8;
  }

  @Override
  public void logs(StringBuilder lines, Collection<LogRecordData> batch) {
    write(
        lines,
        json -> {
          for (LogRecordData log : batch) {
            writeLog(json, log);
            json.writeRaw('\n');
          }
        });
  }

  @Override
  public void spans(StringBuilder lines, Collection<SpanData> batch) {
    write(
        lines,
        json -> {
          for (SpanData span : batch) {
            writeSpan(json, span);
            json.writeRaw('\n');
          }
        });
  }

  private static void write(StringBuilder lines, Batch batch) {
    try (JsonGenerator json = JSON.createGenerator(new Appender(lines))) {
      batch.writeTo(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void writeLog(JsonGenerator json, LogRecordData log) throws IOException {
    json.writeStartObject();
    json.writeStringField("signal", "log");
    json.writeStringField("event_name", log.getEventName());
    json.writeNumberField("time_unix_nano", log.getTimestampEpochNanos());
    json.writeNumberField("observed_time_unix_nano", log.getObservedTimestampEpochNanos());
    json.writeStringField("severity", log.getSeverity().name());
    json.writeStringField("body", text(log.getBodyValue()));
    writeIds(json, log.getSpanContext());
    writeAttributes(json, log.getAttributes());
    json.writeEndObject();
  }

  private static void writeSpan(JsonGenerator json, SpanData span) throws IOException {
    json.writeStartObject();
    json.writeStringField("signal", "span");
    json.writeStringField("name", span.getName());
    json.writeStringField("kind", span.getKind().name());
    json.writeNumberField("start_unix_nano", span.getStartEpochNanos());
    json.writeNumberField("end_unix_nano", span.getEndEpochNanos());
    writeIds(json, span.getSpanContext());
    json.writeStringField(
        "parent_span_id", span.getParentSpanContext().isValid() ? span.getParentSpanId() : "");
    json.writeStringField("status", span.getStatus().getStatusCode().name());
    writeAttributes(json, span.getAttributes());
    json.writeArrayFieldStart("links");
    for (LinkData link : span.getLinks()) {
      json.writeStartObject();
      writeIds(json, link.getSpanContext());
      writeAttributes(json, link.getAttributes());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeIds(JsonGenerator json, SpanContext context) throws IOException {
    json.writeStringField("trace_id", context.getTraceId());
    json.writeStringField("span_id", context.getSpanId());
  }

  private static void writeAttributes(JsonGenerator json, Attributes attributes)
      throws IOException {
    json.writeObjectFieldStart("attributes");
    for (Map.Entry<AttributeKey<?>, Object> attribute : attributes.asMap().entrySet()) {
      json.writeFieldName(attribute.getKey().getKey());
      writeValue(json, attribute.getValue());
    }
    json.writeEndObject();
  }

  private static void writeValue(JsonGenerator json, Object value) throws IOException {
    switch (value) {
      case String text -> json.writeString(text);
      case Long number -> json.writeNumber(number);
      case Boolean truth -> json.writeBoolean(truth);
      case Double number -> json.writeNumber(number);
      case List<?> list -> {
        json.writeStartArray();
        for (Object element : list) {
          writeValue(json, element);
        }
        json.writeEndArray();
      }
      case Value<?> any -> json.writeString(any.asString());
      default -> json.writeString(value.toString());
    }
  }

  private static @Nullable String text(@Nullable Value<?> body) {
    return body == null ? null : body.asString();
  }

  /** Writes a batch. */
  @FunctionalInterface
  private interface Batch {
    void writeTo(JsonGenerator json) throws IOException;
  }

  /** A writer that needs no closing and, unlike StringWriter, appends to what is there. */
  private static final class Appender extends Writer {

    private final StringBuilder lines;

    Appender(StringBuilder lines) {
      this.lines = lines;
    }

    @Override
    public void write(char[] buffer, int offset, int length) {
      lines.append(buffer, offset, length);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.requestkey.telemetry.ProtoWriter.DELIMITED;
import static io.requestkey.telemetry.ProtoWriter.FIXED32;
import static io.requestkey.telemetry.ProtoWriter.FIXED64;
import static io.requestkey.telemetry.ProtoWriter.VARINT;
import static io.requestkey.telemetry.ProtoWriter.tag;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.common.ValueType;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Log records and spans as OTLP requests, byte for byte as the SDK's marshalers write them
 * (opentelemetry/proto/{logs,trace}/v1), which a test holds it to. It knows only what hits become,
 * and so can write the attributes of a caller once for all its hits: the SDK's marshalers took most
 * of the processor time of the agent.
 *
 * <p>For one thread.
 */
public final class OtlpEncoder {

  private static final int REQUEST_CAPACITY = 64 << 10;

  /** Of ExportXServiceRequest, ResourceX and ScopeX, which are alike. */
  private static final int RESOURCE_ITEMS = tag(1, DELIMITED);

  private static final int RESOURCE = tag(1, DELIMITED);
  private static final int SCOPE_ITEMS = tag(2, DELIMITED);
  private static final int SCOPE = tag(1, DELIMITED);
  private static final int ITEM = tag(2, DELIMITED);
  private static final int SCHEMA_URL = tag(3, DELIMITED);

  /** What the lengths of these messages will probably take. */
  private static final int LARGE = 3;

  private static final int MIDDLE = 2;
  private static final int SMALL = 1;

  private static final int RESOURCE_ATTRIBUTES = tag(1, DELIMITED);

  private static final int SCOPE_NAME = tag(1, DELIMITED);
  private static final int SCOPE_VERSION = tag(2, DELIMITED);
  private static final int SCOPE_ATTRIBUTES = tag(3, DELIMITED);

  private static final int LOG_TIME = tag(1, FIXED64);
  private static final int LOG_SEVERITY = tag(2, VARINT);
  private static final int LOG_SEVERITY_TEXT = tag(3, DELIMITED);
  private static final int LOG_BODY = tag(5, DELIMITED);
  private static final int LOG_ATTRIBUTES = tag(6, DELIMITED);
  private static final int LOG_DROPPED_ATTRIBUTES = tag(7, VARINT);
  private static final int LOG_FLAGS = tag(8, FIXED32);
  private static final int LOG_TRACE_ID = tag(9, DELIMITED);
  private static final int LOG_SPAN_ID = tag(10, DELIMITED);
  private static final int LOG_OBSERVED_TIME = tag(11, FIXED64);
  private static final int LOG_EVENT_NAME = tag(12, DELIMITED);

  private static final int SPAN_TRACE_ID = tag(1, DELIMITED);
  private static final int SPAN_SPAN_ID = tag(2, DELIMITED);
  private static final int SPAN_PARENT = tag(4, DELIMITED);
  private static final int SPAN_NAME = tag(5, DELIMITED);
  private static final int SPAN_KIND = tag(6, VARINT);
  private static final int SPAN_START = tag(7, FIXED64);
  private static final int SPAN_END = tag(8, FIXED64);
  private static final int SPAN_ATTRIBUTES = tag(9, DELIMITED);
  private static final int SPAN_DROPPED_ATTRIBUTES = tag(10, VARINT);
  private static final int SPAN_LINKS = tag(13, DELIMITED);
  private static final int SPAN_DROPPED_LINKS = tag(14, VARINT);
  private static final int SPAN_STATUS = tag(15, DELIMITED);
  private static final int SPAN_FLAGS = tag(16, FIXED32);

  private static final int LINK_TRACE_ID = tag(1, DELIMITED);
  private static final int LINK_SPAN_ID = tag(2, DELIMITED);
  private static final int LINK_ATTRIBUTES = tag(4, DELIMITED);
  private static final int LINK_DROPPED_ATTRIBUTES = tag(5, VARINT);
  private static final int LINK_FLAGS = tag(6, FIXED32);

  private static final int STATUS_MESSAGE = tag(2, DELIMITED);
  private static final int STATUS_CODE = tag(3, VARINT);

  /** SpanFlags of trace.proto: that it is known whether the context is remote, and that it is. */
  private static final int REMOTE_KNOWN = 0x100;

  private static final int REMOTE = 0x200;

  private final ProtoWriter out = new ProtoWriter(REQUEST_CAPACITY);
  private final KeyValues keyValues = new KeyValues(out);
  private boolean complete;

  /**
   * A request with these log records.
   *
   * @return null when they are not all of one resource and one scope, or have what hits never have
   */
  public @Nullable OtlpRequest logs(Collection<LogRecordData> logs) {
    return request(
        logs, LogRecordData::getResource, LogRecordData::getInstrumentationScopeInfo, this::log);
  }

  /**
   * A request with these spans.
   *
   * @return null when they are not all of one resource and one scope, or have what hits never have
   */
  public @Nullable OtlpRequest traces(Collection<SpanData> spans) {
    return request(spans, SpanData::getResource, SpanData::getInstrumentationScopeInfo, this::span);
  }

  /** A log record that says nothing, to stand for one that is encoded already. */
  public static LogRecordData logStandIn() {
    return new HitLogRecord(
        Resource.empty(),
        InstrumentationScopeInfo.empty(),
        "",
        0,
        0,
        SpanContext.getInvalid(),
        Severity.UNDEFINED_SEVERITY_NUMBER,
        Value.of(""),
        Attributes.empty(),
        null);
  }

  /** A span that says nothing, to stand for one that is encoded already. */
  public static SpanData spanStandIn() {
    return new HitSpan(
        Resource.empty(),
        InstrumentationScopeInfo.empty(),
        "",
        SpanContext.getInvalid(),
        SpanContext.getInvalid(),
        0,
        0,
        StatusData.unset(),
        Attributes.empty(),
        List.of());
  }

  @SuppressWarnings("ReferenceEquality") // in depth it would cost more than it could ever save
  private <T> @Nullable OtlpRequest request(
      Collection<T> items,
      Function<T, Resource> resources,
      Function<T, InstrumentationScopeInfo> scopes,
      Consumer<T> writer) {
    out.clear();
    complete = true;
    T first = items.iterator().next();
    Resource resource = resources.apply(first);
    InstrumentationScopeInfo scope = scopes.apply(first);
    int request = out.begin(RESOURCE_ITEMS, LARGE);
    int begun = out.begin(RESOURCE, MIDDLE);
    keyValues.write(RESOURCE_ATTRIBUTES, resource.getAttributes());
    out.end(begun, MIDDLE);
    int scoped = out.begin(SCOPE_ITEMS, LARGE);
    scope(scope);
    for (T item : items) {
      complete &= resources.apply(item) == resource && scopes.apply(item) == scope;
      int start = out.begin(ITEM, MIDDLE);
      writer.accept(item);
      out.end(start, MIDDLE);
    }
    text(SCHEMA_URL, scope.getSchemaUrl());
    out.end(scoped, LARGE);
    text(SCHEMA_URL, resource.getSchemaUrl());
    out.end(request, LARGE);
    return keyValues.complete() && complete ? new OtlpRequest(out.array(), out.length()) : null;
  }

  private void scope(InstrumentationScopeInfo scope) {
    int begun = out.begin(SCOPE, SMALL);
    text(SCOPE_NAME, scope.getName());
    text(SCOPE_VERSION, scope.getVersion());
    keyValues.write(SCOPE_ATTRIBUTES, scope.getAttributes());
    out.end(begun, SMALL);
  }

  private void log(LogRecordData log) {
    fixed64(LOG_TIME, log.getTimestampEpochNanos());
    fixed64(LOG_OBSERVED_TIME, log.getObservedTimestampEpochNanos());
    number(LOG_SEVERITY, log.getSeverity().getSeverityNumber());
    text(LOG_SEVERITY_TEXT, log.getSeverityText());
    body(log.getBodyValue());
    keyValues.write(LOG_ATTRIBUTES, log.getAttributes());
    number(LOG_DROPPED_ATTRIBUTES, log.getTotalAttributeCount() - log.getAttributes().size());
    SpanContext context = log.getSpanContext();
    fixed32(LOG_FLAGS, Byte.toUnsignedInt(context.getTraceFlags().asByte()));
    if (context.isValid()) {
      id(LOG_TRACE_ID, context.getTraceId());
      id(LOG_SPAN_ID, context.getSpanId());
    }
    text(LOG_EVENT_NAME, log.getEventName());
  }

  private void body(@Nullable Value<?> body) {
    if (body == null || body.getType() != ValueType.STRING) {
      complete = false;
      return;
    }
    String text = (String) body.getValue();
    int begun = out.begin(LOG_BODY, SMALL);
    out.varint(KeyValues.STRING);
    out.text(text);
    out.end(begun, SMALL);
  }

  private void span(SpanData span) {
    SpanContext context = span.getSpanContext();
    id(SPAN_TRACE_ID, context.getTraceId());
    id(SPAN_SPAN_ID, context.getSpanId());
    SpanContext parent = span.getParentSpanContext();
    if (parent.isValid()) {
      id(SPAN_PARENT, parent.getSpanId());
    }
    text(SPAN_NAME, span.getName());
    number(SPAN_KIND, kind(span.getKind()));
    fixed64(SPAN_START, span.getStartEpochNanos());
    fixed64(SPAN_END, span.getEndEpochNanos());
    keyValues.write(SPAN_ATTRIBUTES, span.getAttributes());
    number(SPAN_DROPPED_ATTRIBUTES, span.getTotalAttributeCount() - span.getAttributes().size());
    for (LinkData link : span.getLinks()) {
      link(link);
    }
    number(SPAN_DROPPED_LINKS, span.getTotalRecordedLinks() - span.getLinks().size());
    status(span.getStatus());
    fixed32(SPAN_FLAGS, flags(context, parent));
    complete &= span.getTotalRecordedEvents() == 0 && context.getTraceState().isEmpty();
  }

  private void link(LinkData link) {
    SpanContext context = link.getSpanContext();
    int begun = out.begin(SPAN_LINKS, SMALL);
    id(LINK_TRACE_ID, context.getTraceId());
    id(LINK_SPAN_ID, context.getSpanId());
    keyValues.write(LINK_ATTRIBUTES, link.getAttributes());
    number(LINK_DROPPED_ATTRIBUTES, link.getTotalAttributeCount() - link.getAttributes().size());
    fixed32(LINK_FLAGS, flags(context, context));
    out.end(begun, SMALL);
    complete &= context.getTraceState().isEmpty();
  }

  private void status(StatusData status) {
    int begun = out.begin(SPAN_STATUS, SMALL);
    text(STATUS_MESSAGE, status.getDescription());
    number(STATUS_CODE, code(status.getStatusCode()));
    out.end(begun, SMALL);
  }

  /** {@code Span.SpanKind} */
  private static int kind(SpanKind kind) {
    return switch (kind) {
      case INTERNAL -> 1;
      case SERVER -> 2;
      case CLIENT -> 3;
      case PRODUCER -> 4;
      case CONSUMER -> 5;
    };
  }

  /** {@code Status.StatusCode} */
  private static int code(StatusCode code) {
    return switch (code) {
      case UNSET -> 0;
      case OK -> 1;
      case ERROR -> 2;
    };
  }

  private static int flags(SpanContext context, SpanContext maybeRemote) {
    return Byte.toUnsignedInt(context.getTraceFlags().asByte())
        | REMOTE_KNOWN
        | (maybeRemote.isRemote() ? REMOTE : 0);
  }

  /** Fields of their default value are not written, as in all of proto3. */
  private void fixed64(int tag, long value) {
    if (value != 0) {
      out.varint(tag);
      out.fixed64(value);
    }
  }

  private void fixed32(int tag, int value) {
    if (value != 0) {
      out.varint(tag);
      out.fixed32(value);
    }
  }

  private void number(int tag, int value) {
    if (value != 0) {
      out.varint(tag);
      out.varint(value);
    }
  }

  private void text(int tag, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      out.varint(tag);
      out.text(value);
    }
  }

  private void id(int tag, String hex) {
    out.varint(tag);
    out.hex(hex);
  }
}

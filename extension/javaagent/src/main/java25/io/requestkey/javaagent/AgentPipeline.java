/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.telemetry.KeyringEvents;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way from what a call became to the application's own exporters, through all of its samplers,
 * processors and limits. Resource and scope are what the SDK makes them. What a sampler or a
 * processor throws costs that log record or span and no other. For one thread.
 */
final class AgentPipeline {

  private final Logger logger;
  private final Tracer tracer;
  private final KernelIds ids;
  private final Runnable otherIds;
  private final Consumer<Throwable> failed;
  private boolean spans = true;

  /**
   * A pipeline.
   *
   * @param version version of this software, for the instrumentation scope
   * @param otherIds run once, when it is found that spans do not get the ids they should have
   * @param failed told what the application's part of the way threw, each time
   */
  AgentPipeline(
      OpenTelemetry openTelemetry,
      String version,
      KernelIds ids,
      Runnable otherIds,
      Consumer<Throwable> failed) {
    logger =
        openTelemetry
            .getLogsBridge()
            .loggerBuilder(KeyringEvents.SCOPE)
            .setInstrumentationVersion(version)
            .build();
    tracer = openTelemetry.getTracer(KeyringEvents.SCOPE, version);
    this.ids = ids;
    this.otherIds = otherIds;
    this.failed = failed;
  }

  /**
   * Emits a log record, within the span that it says, even if there is none because it was not
   * sampled or could not have its ids: records of one trace still find each other.
   */
  void log(LogRecordData log) {
    try {
      emit(log);
    } catch (RuntimeException | LinkageError e) {
      failed.accept(e);
    }
  }

  private void emit(LogRecordData log) {
    LogRecordBuilder builder =
        logger
            .logRecordBuilder()
            .setTimestamp(log.getTimestampEpochNanos(), TimeUnit.NANOSECONDS)
            .setObservedTimestamp(log.getObservedTimestampEpochNanos(), TimeUnit.NANOSECONDS)
            .setContext(contextOf(log.getSpanContext()))
            .setSeverity(log.getSeverity())
            .setAllAttributes(log.getAttributes());
    String eventName = log.getEventName();
    if (eventName != null) {
      builder.setEventName(eventName);
    }
    Value<?> body = log.getBodyValue();
    if (body != null) {
      builder.setBody(body);
    }
    builder.emit();
  }

  /**
   * Emits a span, if the sampler wants it.
   *
   * @param parent what its parent has become; invalid for none
   * @return what it has become itself; null when it was left out, because it cannot have its ids or
   *     something threw
   */
  @Nullable SpanContext span(SpanData span, SpanContext parent) {
    if (!spans) {
      return null;
    }
    try {
      return make(span, parent);
    } catch (RuntimeException | LinkageError e) {
      failed.accept(e);
      return null;
    }
  }

  private @Nullable SpanContext make(SpanData span, SpanContext parent) {
    SpanBuilder builder =
        tracer
            .spanBuilder(span.getName())
            .setSpanKind(span.getKind())
            .setStartTimestamp(span.getStartEpochNanos(), TimeUnit.NANOSECONDS)
            .setAllAttributes(span.getAttributes());
    if (parent.isValid()) {
      builder.setParent(contextOf(parent));
    } else {
      builder.setNoParent();
    }
    for (LinkData link : span.getLinks()) {
      builder.addLink(link.getSpanContext(), link.getAttributes());
    }
    Span made =
        ids.during(
            parent.isValid() ? null : span.getTraceId(), span.getSpanId(), builder::startSpan);
    SpanContext context = made.getSpanContext();
    if (!context.getSpanId().equals(span.getSpanId())
        || !context.getTraceId().equals(span.getTraceId())) {
      // It is never ended, so never exported: nothing that links to the call would lead to it.
      spans = false;
      otherIds.run();
      return null;
    }
    if (span.getStatus().getStatusCode() != StatusCode.UNSET) {
      made.setStatus(span.getStatus().getStatusCode(), span.getStatus().getDescription());
    }
    made.end(span.getEndEpochNanos(), TimeUnit.NANOSECONDS);
    return context;
  }

  /** Not the current one: what is current on this thread is nobody's span. */
  private static Context contextOf(SpanContext span) {
    return span.isValid() ? Context.root().with(Span.wrap(span)) : Context.root();
  }
}

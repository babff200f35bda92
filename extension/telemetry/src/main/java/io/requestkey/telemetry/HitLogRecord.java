/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;
import org.jspecify.annotations.Nullable;

/**
 * A hit as a log record. Made directly, not through a logger: that would need a context per record
 * and could not say what became of it.
 *
 * @param enclosingSpanId span of the hit that this one is part of, or null; not exported, for the
 *     console to draw a tree by
 */
record HitLogRecord(
    Resource resource,
    InstrumentationScopeInfo scope,
    String eventName,
    long timestampEpochNanos,
    long observedEpochNanos,
    SpanContext spanContext,
    Severity severity,
    Value<?> body,
    Attributes attributes,
    @Nullable String enclosingSpanId)
    implements LogRecordData {

  @Override
  public Resource getResource() {
    return resource;
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return scope;
  }

  @Override
  public String getEventName() {
    return eventName;
  }

  @Override
  public long getTimestampEpochNanos() {
    return timestampEpochNanos;
  }

  @Override
  public long getObservedTimestampEpochNanos() {
    return observedEpochNanos;
  }

  @Override
  public SpanContext getSpanContext() {
    return spanContext;
  }

  @Override
  public Severity getSeverity() {
    return severity;
  }

  /** None: the text is for the name a log library had for the level, and there is no library. */
  @Override
  public @Nullable String getSeverityText() {
    return null;
  }

  @Override
  public Value<?> getBodyValue() {
    return body;
  }

  @Override
  @Deprecated
  public io.opentelemetry.sdk.logs.data.Body getBody() {
    return io.opentelemetry.sdk.logs.data.Body.string(body.asString());
  }

  @Override
  public Attributes getAttributes() {
    return attributes;
  }

  @Override
  public int getTotalAttributeCount() {
    return attributes.size();
  }
}

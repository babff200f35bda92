/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;

/**
 * Looks at no span. Being the first of the span processors it learns of the SDK's end before any
 * exporter does, while spans can still be made: shutdown hooks run all at once, so that a hook of
 * our own would come too late as often as not.
 */
final class CallsBeforeShutdown implements SpanProcessor {

  @Override
  public CompletableResultCode shutdown() {
    try {
      OwnCapture.finish();
    } catch (Throwable e) {
      // The SDK's end goes on; what was called last is not told.
      return CompletableResultCode.ofFailure();
    }
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public void onStart(Context parentContext, ReadWriteSpan span) {}

  @Override
  public boolean isStartRequired() {
    return false;
  }

  @Override
  public void onEnd(ReadableSpan span) {}

  @Override
  public boolean isEndRequired() {
    return false;
  }
}

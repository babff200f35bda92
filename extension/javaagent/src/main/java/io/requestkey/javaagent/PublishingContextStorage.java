/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is published equal to the span of the context that the wrapped storage calls current.
 *
 * <p>What was current before a scope is asked for again when the scope has closed, and not
 * remembered: scopes are closed out of order and on other threads, and the wrapped storage decides
 * what that does.
 */
final class PublishingContextStorage implements ContextStorage {

  private final ContextStorage delegate;
  private final SpanPublisher publisher;

  PublishingContextStorage(ContextStorage delegate, SpanPublisher publisher) {
    this.delegate = delegate;
    this.publisher = publisher;
  }

  @Override
  public Scope attach(Context toAttach) {
    SpanContext before = spanOf(delegate.current());
    Scope scope = delegate.attach(toAttach);
    SpanContext attached = spanOf(toAttach);
    if (isSame(attached, before)) {
      return scope;
    }
    publisher.publish(attached);
    return new PublishedScope(this, scope, attached);
  }

  @Override
  public @Nullable Context current() {
    return delegate.current();
  }

  @Override
  public Context root() {
    return delegate.root();
  }

  /** The calling thread is a virtual thread which has just been mounted. */
  void mounted() {
    publisher.mounted(spanOf(delegate.current()));
  }

  private void closed(SpanContext attached) {
    SpanContext current = spanOf(delegate.current());
    if (!isSame(current, attached)) {
      publisher.publish(current);
    }
  }

  // A span context in two copies is published twice, which is harmless and cheaper than comparing.
  @SuppressWarnings("ReferenceEquality")
  private static boolean isSame(SpanContext one, SpanContext other) {
    return one == other;
  }

  static SpanContext spanOf(@Nullable Context context) {
    return context == null ? SpanContext.getInvalid() : Span.fromContext(context).getSpanContext();
  }

  private record PublishedScope(
      PublishingContextStorage storage, Scope delegate, SpanContext attached) implements Scope {
    @Override
    public void close() {
      try {
        delegate.close();
      } finally {
        storage.closed(attached);
      }
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the span of a call that was made within another call, as an upcall is, until the outer
 * one's has been made: calls are known when they return, inner ones first, but the sampler decides
 * about the outer ones. Bounded: what waits for too long, or has no room, goes as it is.
 *
 * <p>No threads and no clock of its own; for one thread.
 */
final class ParentsFirst {

  /** Spans that wait, and outer ones that are remembered, at most. */
  static final int CAPACITY = 1024;

  private final long patienceNanos;
  private final BiFunction<SpanData, SpanContext, @Nullable SpanContext> out;

  /** By span id, which outer spans were made, the oldest first. */
  private final Map<String, SpanContext> made =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, SpanContext> eldest) {
          return size() > CAPACITY;
        }
      };

  /** By the span id of the outer call, the oldest first. */
  private final Map<String, List<Waiting>> waiting = new LinkedHashMap<>();

  private int waitingSpans;

  private record Waiting(SpanData span, long sinceNanos) {}

  /**
   * A queue.
   *
   * @param patienceNanos how long a span waits for its parent
   * @param out makes a span, given what its parent has become, and says what it became itself; null
   *     when it was not made
   */
  ParentsFirst(long patienceNanos, BiFunction<SpanData, SpanContext, @Nullable SpanContext> out) {
    this.patienceNanos = patienceNanos;
    this.out = out;
  }

  /**
   * Takes a span.
   *
   * @param inner whether its parent is the span of another call
   * @param nowNanos any clock that does not go back
   */
  void accept(SpanData span, boolean inner, long nowNanos) {
    SpanContext parent = span.getParentSpanContext();
    if (inner) {
      SpanContext known = made.get(parent.getSpanId());
      if (known == null) {
        waiting
            .computeIfAbsent(parent.getSpanId(), _ -> new ArrayList<>())
            .add(new Waiting(span, nowNanos));
        waitingSpans++;
        if (waitingSpans > CAPACITY) {
          releaseOldest();
        }
        return;
      }
      parent = known;
    }
    make(span, parent);
  }

  /** Lets go what has waited for long enough. */
  void tick(long nowNanos) {
    while (!waiting.isEmpty()
        && nowNanos - waiting.values().iterator().next().getFirst().sinceNanos() >= patienceNanos) {
      releaseOldest();
    }
  }

  /** Lets go all that waits. */
  void flush() {
    while (!waiting.isEmpty()) {
      releaseOldest();
    }
  }

  /** Spans that wait now. */
  int waiting() {
    return waitingSpans;
  }

  private void make(SpanData span, SpanContext parent) {
    SpanContext became = out.apply(span, parent);
    if (became == null) {
      return;
    }
    made.put(became.getSpanId(), became);
    List<Waiting> inner = waiting.remove(became.getSpanId());
    if (inner != null) {
      waitingSpans -= inner.size();
      inner.forEach(each -> make(each.span(), became));
    }
  }

  /** All that wait for one: they came within moments of each other. */
  private void releaseOldest() {
    Iterator<List<Waiting>> oldest = waiting.values().iterator();
    List<Waiting> gone = oldest.next();
    oldest.remove();
    waitingSpans -= gone.size();
    gone.forEach(each -> make(each.span(), each.span().getParentSpanContext()));
  }
}

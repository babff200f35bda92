/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.capture.AddKeyHit;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.KeyctlHit;
import io.requestkey.capture.Origin;
import io.requestkey.capture.RequestKeyHit;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds the spans of calls that returned a key for a while, so that they can link to what is done
 * with the key meanwhile. A link can be added only to a span that has not been exported; the
 * follow-up's own link back needs none of this.
 *
 * <p>Time is what the hits say, {@link Observation#bootNanos()}: given the same hits again, the
 * same spans come out with the same links. {@link #tick} is for when no hit comes; it leaves that
 * so when its time was read before it was found that no hit was waiting. Only what is released
 * early, by {@link #flush} or for want of room, depends on more than the hits.
 *
 * <p>The end of a key is no span, so nothing links to it.
 *
 * <p>No threads and no clock of its own; for one thread, but for {@link #releasedEarly}.
 *
 * @param <T> what the caller knows a span by, such as its place in a journal
 */
public final class SpanWindow<T> {

  /** Links of one span, as the SDK limits them by default. */
  static final int LINK_LIMIT = 128;

  private static final Attributes LINK_TO_FOLLOW_UP =
      Attributes.of(KeyringAttributes.LINK_RELATION, KeyringAttributes.RELATION_FOLLOW_UP);

  private final long windowNanos;
  private final int capacity;

  /** By the span's own ids, oldest first. */
  private final Map<Origin, Held<T>> held = new LinkedHashMap<>();

  private @Nullable String bootId;
  private final LongAdder releasedEarly = new LongAdder();

  /**
   * A span that is ready for export.
   *
   * @param token what it was accepted with
   */
  public record Released<T>(T token, SpanData span) {}

  /**
   * A window.
   *
   * @param windowNanos how long a span is held; 0 to hold none
   * @param capacity spans held at most, at least 1; the oldest has to go when there are more. A
   *     span takes about 4 KiB
   */
  public SpanWindow(long windowNanos, int capacity) {
    if (windowNanos < 0 || capacity < 1) {
      throw new IllegalArgumentException("window " + windowNanos + " ns, capacity " + capacity);
    }
    this.windowNanos = windowNanos;
    this.capacity = capacity;
  }

  /**
   * Takes the next hit and its span. Releases first those whose window is over by then, in the
   * order they were accepted, then this one, unless it is held.
   *
   * @param out called for every span released, before this method returns
   */
  public void accept(
      T token,
      KeyHit hit,
      Observation observation,
      SpanData span,
      Consumer<? super Released<T>> out) {
    tick(observation, out);
    if (windowNanos == 0) {
      out.accept(new Released<>(token, span));
      return;
    }
    Origin origin = hit instanceof KeyctlHit keyctl ? keyctl.origin() : null;
    Held<T> request = origin == null ? null : held.get(origin);
    if (request != null) {
      request.link(span.getSpanContext());
    }
    if (!returnedKey(hit)) {
      out.accept(new Released<>(token, span));
      return;
    }
    Origin ids = new Origin(span.getTraceId(), span.getSpanId());
    Held<T> other = held.put(ids, new Held<>(token, span, observation.bootNanos()));
    if (other != null) {
      // Ids are unique, but a file may say anything.
      out.accept(other.release());
    }
    if (held.size() > capacity) {
      releasedEarly.increment();
      releaseOldest(out);
    }
  }

  /**
   * Releases what has been held for long enough, and everything of an earlier boot.
   *
   * @param now the present moment
   */
  public void tick(Observation now, Consumer<? super Released<T>> out) {
    if (!now.bootId().equals(bootId)) {
      // Not early: nothing that comes now has to do with them.
      releaseAll(out);
      bootId = now.bootId();
    }
    while (!held.isEmpty() && oldest().due(now.bootNanos(), windowNanos)) {
      releaseOldest(out);
    }
  }

  /** Releases all that is held, before its time. */
  public void flush(Consumer<? super Released<T>> out) {
    releasedEarly.add(held.size());
    releaseAll(out);
  }

  private void releaseAll(Consumer<? super Released<T>> out) {
    while (!held.isEmpty()) {
      releaseOldest(out);
    }
  }

  /** Spans held now. */
  public int held() {
    return held.size();
  }

  /** Spans that had to go before their time, by {@link #flush} or for want of room. Any thread. */
  public long releasedEarly() {
    return releasedEarly.sum();
  }

  private static boolean returnedKey(KeyHit hit) {
    return (hit instanceof RequestKeyHit || hit instanceof AddKeyHit) && hit.header().result() > 0;
  }

  private Held<T> oldest() {
    return held.values().iterator().next();
  }

  private void releaseOldest(Consumer<? super Released<T>> out) {
    Iterator<Held<T>> oldest = held.values().iterator();
    Held<T> gone = oldest.next();
    oldest.remove();
    out.accept(gone.release());
  }

  /** A span with the links it has got so far. */
  private static final class Held<T> {

    private final T token;
    private final SpanData span;
    private final long sinceBootNanos;
    private @Nullable LinkedSpan linked;

    Held(T token, SpanData span, long sinceBootNanos) {
      this.token = token;
      this.span = span;
      this.sinceBootNanos = sinceBootNanos;
    }

    /**
     * Whether its window is over. Where it seems to have been accepted more than a window from now,
     * the wall clock was stepped while one of the two times was taken, or the machine has booted
     * since: it is not to wait for as long as that takes.
     */
    boolean due(long bootNanos, long windowNanos) {
      long elapsed = bootNanos - sinceBootNanos;
      return elapsed >= windowNanos || elapsed < -windowNanos;
    }

    void link(SpanContext followUp) {
      if (linked == null) {
        linked = new LinkedSpan(span, LINK_LIMIT);
      }
      linked.add(LinkData.create(followUp, LINK_TO_FOLLOW_UP));
    }

    Released<T> release() {
      return new Released<>(token, linked == null ? span : linked);
    }
  }
}

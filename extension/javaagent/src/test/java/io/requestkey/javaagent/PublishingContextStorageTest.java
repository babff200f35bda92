/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Against threads that keep in a map what is published on them; 0 is no span. */
final class PublishingContextStorageTest {

  private static final ContextKey<String> OTHER = ContextKey.named("other");

  private final FakeThreads threads = new FakeThreads();
  private final SpanPublisher publisher = new SpanPublisher(threads);
  private final PublishingContextStorage storage =
      new PublishingContextStorage(ContextStorage.defaultStorage(), publisher);

  @Test
  void publishesTheSpanOfTheContextThatIsCurrent() {
    try (Scope outer = storage.attach(contextOf(1))) {
      assertThat(threads.here()).isEqualTo(1);
      try (Scope inner = storage.attach(contextOf(2))) {
        assertThat(threads.here()).isEqualTo(2);
        try (Scope none = storage.attach(Context.root())) {
          assertThat(threads.here()).isZero();
        }
        assertThat(threads.here()).isEqualTo(2);
      }
      assertThat(threads.here()).isEqualTo(1);
    }
    assertThat(threads.here()).isZero();
  }

  @Test
  void callsNothingWhenTheSpanStaysTheSame() {
    Context context = contextOf(1);
    try (Scope outer = storage.attach(context)) {
      int calls = threads.calls.get();
      try (Scope inner = storage.attach(context.with(OTHER, "value"))) {
        assertThat(threads.here()).isEqualTo(1);
      }
      assertThat(threads.here()).isEqualTo(1);
      assertThat(threads.calls).hasValue(calls);
    }
  }

  @Test
  void staysWithTheWrappedStorageWhenScopesCloseOutOfOrder() {
    Scope first = storage.attach(contextOf(1));
    Scope second = storage.attach(contextOf(2));

    first.close();
    assertThat(threads.here()).isEqualTo(2);
    assertThat(Span.fromContext(storage.current()).getSpanContext()).isEqualTo(span(2));

    second.close();
    assertThat(threads.here()).isEqualTo(1);

    first.close();
    assertThat(threads.here()).isZero();
  }

  @Test
  void leavesEachThreadItsOwnWhenAScopeIsClosedOnAnother() throws InterruptedException {
    Scope scope = storage.attach(contextOf(1));
    Thread other =
        new Thread(() -> {
          try (Scope own = storage.attach(contextOf(2))) {
            scope.close();
            assertThat(threads.here()).isEqualTo(2);
          }
          assertThat(threads.here()).isZero();
          threads.checked.incrementAndGet();
        });
    other.start();
    other.join();

    assertThat(threads.checked).hasValue(1);
    assertThat(threads.here()).isEqualTo(1);
    scope.close();
    assertThat(threads.here()).isZero();
  }

  @Test
  void publishesNothingOnVirtualThreadsThatAreNotFollowed() throws InterruptedException {
    Thread.startVirtualThread(
            () -> {
              try (Scope scope = storage.attach(contextOf(1))) {
                assertThat(threads.here()).isZero();
              }
              threads.checked.incrementAndGet();
            })
        .join();

    assertThat(threads.checked).hasValue(1);
    assertThat(threads.published).isEmpty();
  }

  @Test
  void publishesAgainWhenAVirtualThreadIsMountedAndNothingWhenItIsNot()
      throws InterruptedException {
    Thread.startVirtualThread(
            () -> {
              storage.mounted();
              assertThat(threads.here()).isZero();
              try (Scope scope = storage.attach(contextOf(1))) {
                assertThat(threads.here()).isEqualTo(1);
                publisher.unmounting();
                assertThat(threads.here()).isZero();
                storage.mounted();
                assertThat(threads.here()).isEqualTo(1);
              }
              assertThat(threads.here()).isZero();
              threads.checked.incrementAndGet();
            })
        .join();

    assertThat(threads.checked).hasValue(1);
  }

  @Test
  void publishesNothingButNotNothingWrongWhenLinking() {
    publisher.link(span(1));

    assertThat(threads.here()).isZero();
    assertThat(threads.everPublished).doesNotContainKey(1L);
  }

  private static Context contextOf(long spanId) {
    return Context.root().with(Span.wrap(span(spanId)));
  }

  private static SpanContext span(long spanId) {
    return SpanContext.create(
        "0".repeat(31) + "1",
        SpanId.fromLong(spanId),
        TraceFlags.getSampled(),
        TraceState.getDefault());
  }

  private static final class FakeThreads implements NativeContext {
    final Map<Thread, Long> published = new ConcurrentHashMap<>();
    final Map<Long, Boolean> everPublished = new ConcurrentHashMap<>();
    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger checked = new AtomicInteger();

    long here() {
      return published.getOrDefault(Thread.currentThread(), 0L);
    }

    @Override
    public void threadPublish(long traceIdHigh, long traceIdLow, long spanId, int flags) {
      calls.incrementAndGet();
      published.put(Thread.currentThread(), spanId);
      everPublished.put(spanId, true);
    }

    @Override
    public void threadClear() {
      calls.incrementAndGet();
      published.remove(Thread.currentThread());
    }

    @Override
    public long threadTlsOffset() {
      return 0;
    }

    @Override
    public int processBegin(int payloadSize) {
      return 0;
    }

    @Override
    public int processPut(int index, long bytes) {
      return 0;
    }

    @Override
    public int processCommit() {
      return 0;
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What making a span current, and then no longer, costs above a storage that only passes on. */
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class PublishingBenchmark {

  /** More than are kept decoded. */
  private static final int MANY = 4096;

  @Param({"none", "noop", "ffm", "jni"})
  String wrapper = "";

  private ContextStorage storage = ContextStorage.defaultStorage();
  private Context outer = Context.root();
  private Context inner = Context.root();
  private final Context[] many = new Context[MANY];
  private int next;

  @Setup
  public void open() throws IOException {
    ContextStorage plain = ContextStorage.defaultStorage();
    storage =
        switch (wrapper) {
          case "none" -> plain;
          case "noop" -> new PassingContextStorage(plain);
          case "ffm" ->
              new PublishingContextStorage(plain, new SpanPublisher(NativeLibrary.load()));
          case "jni" ->
              new PublishingContextStorage(
                  plain, new SpanPublisher(new JniContext(NativeLibrary.file())));
          default -> throw new IllegalArgumentException(wrapper);
        };
    Random random = new Random(1);
    outer = context(random);
    inner = context(random);
    for (int i = 0; i < MANY; i++) {
      many[i] = context(random);
    }
  }

  /** A span on a thread that has none. */
  @Benchmark
  public void span() {
    try (Scope scope = storage.attach(inner)) {}
  }

  /** A span within a span, both of which become current. */
  @Benchmark
  public void nested() {
    try (Scope first = storage.attach(outer);
        Scope second = storage.attach(inner)) {}
  }

  /** A span that was not met lately. */
  @Benchmark
  public void newSpan() {
    try (Scope scope = storage.attach(many[next++ & MANY - 1])) {}
  }

  private static Context context(Random random) {
    return Context.root()
        .with(
            Span.wrap(
                SpanContext.create(
                    TraceId.fromLongs(random.nextLong(), random.nextLong()),
                    SpanId.fromLong(random.nextLong()),
                    TraceFlags.getSampled(),
                    TraceState.getDefault())));
  }

  private record PassingContextStorage(ContextStorage delegate) implements ContextStorage {
    @Override
    public Scope attach(Context toAttach) {
      return delegate.attach(toAttach);
    }

    @Override
    public Context current() {
      return delegate.current();
    }

    @Override
    public Context root() {
      return delegate.root();
    }
  }
}

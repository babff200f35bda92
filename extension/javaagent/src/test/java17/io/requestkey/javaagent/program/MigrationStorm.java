/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent.program;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Virtual threads that keep leaving their carriers, in the middle of spans and without any, and
 * look at the record whenever they are back. Counts what they find.
 */
public final class MigrationStorm {

  private static final int ROUNDS = 20;

  private final Reader reader;
  private final Tracer tracer = GlobalOpenTelemetry.getTracer("storm");
  private final ReentrantLock lock = new ReentrantLock();
  private final Object monitor = new Object();
  private final LongAdder right = new LongAdder();
  private final LongAdder nothing = new LongAdder();
  private final LongAdder wrong = new LongAdder();

  private MigrationStorm(Reader reader) {
    this.reader = reader;
  }

  public static void main(String[] args) throws Exception {
    MigrationStorm storm = new MigrationStorm(Reader.ofThisProcess());
    int threads = Integer.parseInt(args[0]);
    List<Thread> started = new ArrayList<>(threads);
    for (int i = 0; i < threads; i++) {
      int seed = i;
      started.add(VirtualThreads.start(() -> storm.live(new Random(seed))));
    }
    for (Thread thread : started) {
      thread.join();
    }
    System.out.printf("right=%s nothing=%s wrong=%s%n", storm.right, storm.nothing, storm.wrong);
  }

  private void live(Random random) {
    // The Java agent carries the context of whoever starts a thread; these begin with none.
    try (Scope none = Context.root().makeCurrent()) {
      for (int round = 0; round < ROUNDS; round++) {
        leaveAndLook(random);
        if (random.nextInt(4) != 0) {
          Span span = tracer.spanBuilder("storm").startSpan();
          try (Scope ignored = span.makeCurrent()) {
            look();
            leaveAndLook(random);
            Span inner = tracer.spanBuilder("inner").startSpan();
            try (Scope ignoredToo = inner.makeCurrent()) {
              leaveAndLook(random);
            }
            inner.end();
            leaveAndLook(random);
          }
          span.end();
        }
        look();
      }
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // To yield is the point.
  private void leaveAndLook(Random random) {
    switch (random.nextInt(5)) {
      case 0 -> Thread.yield();
      case 1 -> LockSupport.parkNanos(1 + random.nextInt(50_000));
      case 2 -> {
        lock.lock();
        try {
          Thread.yield();
          look();
        } finally {
          lock.unlock();
        }
      }
      case 3 -> {
        // Pins the carrier before JDK 24, and leaves it from then on.
        synchronized (monitor) {
          Thread.yield();
          look();
        }
      }
      default -> {
        try {
          Thread.sleep(0, 1 + random.nextInt(50_000));
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    look();
  }

  private void look() {
    SpanContext span = Span.current().getSpanContext();
    Reader.Finding finding =
        reader.compare(span.getTraceId(), span.getSpanId(), span.getTraceFlags().asByte());
    if (span.isValid()) {
      switch (finding) {
        case THIS -> right.increment();
        case NONE -> nothing.increment();
        case OTHER -> wrong.increment();
      }
    } else if (finding != Reader.Finding.NONE) {
      wrong.increment();
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent.program;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.requestkey.javaagent.RequestKeyContext;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/**
 * An application that makes spans current in the ways applications do and says at each point
 * whether the record agrees: one line {@code ok}, {@code nothing} or {@code wrong} each. With an
 * argument it runs without the Java agent, and starts publishing itself.
 */
public final class Application {

  private final Reader reader;
  private final Function<String, Span> starter;

  private Application(Reader reader, Function<String, Span> starter) {
    this.reader = reader;
    this.starter = starter;
  }

  public static void main(String[] args) throws Exception {
    if (args.length > 0) {
      RequestKeyContext.install();
    }
    Reader reader;
    try {
      reader = Reader.ofThisProcess();
    } catch (IOException e) {
      System.out.println("nothing published: " + e.getMessage());
      return;
    }
    Tracer tracer = GlobalOpenTelemetry.getTracer("application");
    boolean agent = args.length == 0;
    Application application =
        new Application(
            reader, name -> agent ? tracer.spanBuilder(name).startSpan() : withoutAgent());
    application.onOneThread();
    application.onAnotherThread();
    application.inAPool();
    application.closedOutOfOrder();
    application.closedOnAnotherThread();
    if (Runtime.version().feature() >= 21) {
      application.onAVirtualThread();
    }
    System.out.println("service.name=" + Reader.serviceName(Reader.processContext()));
    System.out.println("application ran");
  }

  private static Span withoutAgent() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return Span.wrap(
        SpanContext.create(
            TraceId.fromLongs(random.nextLong(), random.nextLong()),
            SpanId.fromLong(random.nextLong()),
            TraceFlags.getSampled(),
            TraceState.getDefault()));
  }

  private Span start(String name) {
    Span span = starter.apply(name);
    if (!span.getSpanContext().isValid()) {
      throw new IllegalStateException("no SDK makes spans here");
    }
    return span;
  }

  private void onOneThread() {
    check("no span");
    Span outer = start("outer");
    check("started, not current");
    try (Scope ignored = outer.makeCurrent()) {
      check("current");
      Span inner = start("inner");
      try (Scope ignoredToo = inner.makeCurrent()) {
        check("nested");
        try (Scope root = Context.root().makeCurrent()) {
          check("root context");
        }
        check("back from root context");
      }
      inner.end();
      check("back from nested");
      try (Scope same = outer.makeCurrent()) {
        check("current again");
      }
      check("back from itself");
    }
    outer.end();
    check("closed");
  }

  private void onAnotherThread() throws InterruptedException {
    Span span = start("another thread");
    try (Scope ignored = span.makeCurrent()) {
      Thread thread =
          new Thread(() -> {
            try (Scope none = Context.root().makeCurrent()) {
              check("root context on another thread");
            }
          });
      thread.start();
      thread.join();
      check("after another thread");
    }
    span.end();
  }

  private void inAPool() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(2);
    for (int i = 0; i < 4; i++) {
      Span span = start("pool");
      try (Scope ignored = span.makeCurrent()) {
        Future<?> task = pool.submit(Context.current().wrap(() -> check("in a pool")));
        task.get();
        check("after the pool");
      }
      span.end();
      pool.submit(() -> check("in a pool without span")).get();
    }
    pool.shutdown();
  }

  @SuppressWarnings("MustBeClosedChecker")
  private void closedOutOfOrder() {
    Span first = start("first");
    Span second = start("second");
    Scope firstScope = first.makeCurrent();
    Scope secondScope = second.makeCurrent();
    firstScope.close();
    check("closed out of order");
    secondScope.close();
    check("closed after that");
    firstScope.close();
    check("closed once more");
    first.end();
    second.end();
  }

  @SuppressWarnings("MustBeClosedChecker")
  private void closedOnAnotherThread() throws InterruptedException {
    Span span = start("wandering scope");
    Scope scope = span.makeCurrent();
    Thread thread =
        new Thread(() -> {
          scope.close();
          check("scope closed on another thread");
        });
    thread.start();
    thread.join();
    check("after a scope was closed on another thread");
    scope.close();
    check("and closed here");
    span.end();
  }

  @SuppressWarnings("ThreadPriorityCheck") // To yield is the point.
  private void onAVirtualThread() throws Exception {
    Span span = start("virtual thread");
    CountDownLatch latch = new CountDownLatch(1);
    Thread thread =
        VirtualThreads.start(() -> {
          try (Scope none = Context.root().makeCurrent()) {
            check("virtual thread without span");
            try (Scope ignored = span.makeCurrent()) {
              check("virtual thread");
              await(latch);
              check("virtual thread after it was parked");
              Thread.yield();
              check("virtual thread after it yielded");
            }
            check("virtual thread, closed");
          }
        });
    Thread.sleep(50);
    latch.countDown();
    thread.join();
    span.end();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void check(String point) {
    SpanContext span = Span.current().getSpanContext();
    Reader.Finding finding =
        reader.compare(span.getTraceId(), span.getSpanId(), span.getTraceFlags().asByte());
    String result;
    if (span.isValid()) {
      result =
          switch (finding) {
            case THIS -> "ok";
            case NONE -> "nothing";
            case OTHER -> "wrong";
          };
    } else {
      result = finding == Reader.Finding.NONE ? "ok" : "wrong";
    }
    System.out.println(
        result
            + " "
            + point
            + (result.equals("wrong") ? ": " + span.getSpanId() + ", " + reader.text() : ""));
  }
}

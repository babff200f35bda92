/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Calls request_key(2) while spans are current, and says in the description which span it was: so
 * the kernel's record carries the truth that its trace and parent are held against.
 *
 * <pre>
 *   KeyCaller http platform|virtual N     an HTTP server's handlers make the calls, N requests
 *   KeyCaller spans THREADS N             N spans on a pool of that many threads
 *   KeyCaller storm N                     N spans on virtual threads that move between carriers all the time
 * </pre>
 */
public final class KeyCaller {

  private KeyCaller() {}

  /** See the class. */
  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "http" -> http(args[1], Integer.parseInt(args[2]));
      case "spans" ->
          spans(
              Executors.newFixedThreadPool(Integer.parseInt(args[1])),
              Integer.parseInt(args[2]),
              0);
      case "storm" ->
          spans(Executors.newVirtualThreadPerTaskExecutor(), Integer.parseInt(args[1]), 3);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void http(String threads, int requests) throws IOException, InterruptedException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.createContext("/key", exchange -> answer(exchange, threads));
    try (ExecutorService executor =
            threads.equals("virtual")
                ? Executors.newVirtualThreadPerTaskExecutor()
                : Executors.newFixedThreadPool(8);
        HttpClient client = HttpClient.newHttpClient()) {
      server.setExecutor(executor);
      server.start();
      URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/key");
      for (int i = 0; i < requests; i++) {
        HttpResponse<String> answer =
            client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
          throw new IllegalStateException("HTTP " + answer.statusCode());
        }
      }
      server.stop(0);
    }
    System.out.println("http-" + threads + " " + requests);
  }

  private static void answer(HttpExchange exchange, String threads) throws IOException {
    call("http-" + threads, Span.current().getSpanContext());
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  /** Spans within spans, so that what is current changes all the time. */
  private static void spans(ExecutorService executor, int count, int moves)
      throws InterruptedException, ExecutionException {
    Tracer tracer = GlobalOpenTelemetry.getTracer("it");
    String name = moves == 0 ? "spans" : "storm";
    List<Future<?>> tasks = new ArrayList<>();
    try (executor) {
      for (int i = 0; i < count; i++) {
        tasks.add(executor.submit(() -> nested(tracer, name, moves)));
      }
      for (Future<?> task : tasks) {
        Object _ = task.get();
      }
    }
    System.out.println(name + " " + 3L * count);
  }

  private static void nested(Tracer tracer, String name, int moves) {
    Span outer = tracer.spanBuilder("outer").startSpan();
    try (Scope _ = outer.makeCurrent()) {
      move(moves);
      call(name, outer.getSpanContext());
      Span inner = tracer.spanBuilder("inner").startSpan();
      try (Scope _ = inner.makeCurrent()) {
        move(moves);
        call(name, inner.getSpanContext());
      } finally {
        inner.end();
      }
      move(moves);
    } finally {
      outer.end();
    }
    move(moves);
    // No span is current here: whatever the kernel says, it must not be one of them.
    call(name, SpanContext.getInvalid());
  }

  @SuppressWarnings("ThreadPriorityCheck") // moving between carriers is what is tested
  private static void move(int moves) {
    for (int i = 0; i < moves; i++) {
      if (ThreadLocalRandom.current().nextInt(4) == 0) {
        try {
          Thread.sleep(0, 1000);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      } else {
        Thread.yield();
      }
    }
  }

  private static void call(String name, SpanContext current) {
    String description =
        "it-app-"
            + name
            + ":"
            + (current.isValid() ? current.getTraceId() + ":" + current.getSpanId() : "none");
    long _ = KeySyscalls.request(description);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it.app;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;

/**
 * Makes one key, asks for it, and works with it, within one span; and asks for one that is not
 * there, within none. Waits for a line on stdin before it begins, and for another before it ends.
 * Says the span's ids, the key's serial and what it did on stdout, one word and its value a line.
 *
 * <pre>
 *   SelfCaller DESCRIPTION
 * </pre>
 */
public final class SelfCaller {

  private SelfCaller() {}

  /** See the class. */
  public static void main(String[] args) throws Exception {
    String description = args[0];
    // The first export takes long on an emulated processor, longer than the end may take.
    GlobalOpenTelemetry.getTracer("it").spanBuilder("warm-up").startSpan().end();
    say("pid", ProcessHandle.current().pid());
    awaitLine();
    Span span = GlobalOpenTelemetry.getTracer("it").spanBuilder("work").startSpan();
    try (Scope _ = span.makeCurrent()) {
      say("trace", span.getSpanContext().getTraceId());
      say("span", span.getSpanContext().getSpanId());
      say("added", KeySyscalls.add(description));
      long key = KeySyscalls.request(description);
      say("key", key);
      say("described", KeySyscalls.keyctl(KeySyscalls.DESCRIBE, key));
      say("read", KeySyscalls.keyctl(KeySyscalls.READ, key));
    } finally {
      span.end();
    }
    say("absent", KeySyscalls.request(description + ":absent"));
    awaitLine();
    say("done", "");
  }

  private static void say(String word, Object value) {
    System.out.println(word + " " + value);
  }

  private static void awaitLine() throws java.io.IOException {
    int next = System.in.read();
    while (next != '\n' && next != -1) {
      next = System.in.read();
    }
  }
}

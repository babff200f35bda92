/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it.app;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

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

  private static final MethodHandle SYSCALL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG),
              Linker.Option.firstVariadicArg(1));

  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
  private static final long ADD_KEY = ARM ? 217 : 248;
  private static final long REQUEST_KEY = ARM ? 218 : 249;
  private static final long KEYCTL = ARM ? 219 : 250;
  private static final long DESCRIBE = 6;
  private static final long READ = 11;
  private static final long PROCESS_KEYRING = -2;
  private static final String PAYLOAD = "payload";

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
      say("added", add(description));
      long key = request(description);
      say("key", key);
      say("described", keyctl(DESCRIBE, key));
      say("read", keyctl(READ, key));
    } finally {
      span.end();
    }
    say("absent", request(description + ":absent"));
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

  private static long add(String description) {
    try (Arena arena = Arena.ofConfined()) {
      return call(
          ADD_KEY,
          arena.allocateFrom("user").address(),
          arena.allocateFrom(description).address(),
          arena.allocateFrom(PAYLOAD).address(),
          PAYLOAD.length(),
          PROCESS_KEYRING);
    }
  }

  private static long request(String description) {
    try (Arena arena = Arena.ofConfined()) {
      return call(
          REQUEST_KEY,
          arena.allocateFrom("user").address(),
          arena.allocateFrom(description).address(),
          0,
          0,
          0);
    }
  }

  private static long keyctl(long operation, long key) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(128);
      return call(KEYCTL, operation, key, buffer.address(), buffer.byteSize(), 0);
    }
  }

  private static long call(long number, long a, long b, long c, long d, long e) {
    try {
      return (long) SYSCALL.invokeExact(number, a, b, c, d, e);
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
  }
}

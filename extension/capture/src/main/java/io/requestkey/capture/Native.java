/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * Handles of one native library. Every missing symbol is collected, so that an unfit library is
 * reported once and in full.
 */
final class Native {

  static final AddressLayout POINTER = ValueLayout.ADDRESS;
  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");

  private final SymbolLookup symbols;
  private final List<String> missing = new ArrayList<>();

  Native(SymbolLookup symbols) {
    this.symbols = symbols;
  }

  static Linker linker() {
    return LINKER;
  }

  /** A segment for the errno of calls; one for each thread or call, never shared. */
  static MemorySegment errnoSegment(Arena arena) {
    return arena.allocate(CAPTURE);
  }

  static int errno(MemorySegment capture) {
    return (int) ERRNO.get(capture, 0L);
  }

  /** A function that keeps errno in its first argument, a segment of {@link #errnoSegment}. */
  MethodHandle errnoFunction(String name, MemoryLayout result, MemoryLayout... arguments) {
    return bind(name, FunctionDescriptor.of(result, arguments), CAPTURE_ERRNO);
  }

  MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
    return bind(name, FunctionDescriptor.of(result, arguments));
  }

  MethodHandle procedure(String name, MemoryLayout... arguments) {
    return bind(name, FunctionDescriptor.ofVoid(arguments));
  }

  MethodHandle variadic(String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
    return bind(
        name,
        FunctionDescriptor.of(result, arguments),
        CAPTURE_ERRNO,
        Linker.Option.firstVariadicArg(fixed));
  }

  List<String> missing() {
    return missing;
  }

  private MethodHandle bind(String name, FunctionDescriptor descriptor, Linker.Option... options) {
    MemorySegment symbol = symbols.find(name).orElse(null);
    if (symbol == null) {
      missing.add(name);
      // Never called: a library that misses a symbol is refused.
      return LINKER.downcallHandle(MemorySegment.ofAddress(1), descriptor, options);
    }
    return LINKER.downcallHandle(symbol, descriptor, options);
  }

  /** What a handle throws is never checked and never ours. */
  static AssertionError unexpected(Throwable t) {
    if (t instanceof Error error) {
      throw error;
    }
    if (t instanceof RuntimeException runtime) {
      throw runtime;
    }
    return new AssertionError(t);
  }
}

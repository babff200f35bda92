/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it.app;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The system calls on keys, as the C library has no functions for them. */
final class KeySyscalls {

  static final long DESCRIBE = 6;
  static final long READ = 11;

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
  private static final long PROCESS_KEYRING = -2;
  private static final String PAYLOAD = "payload";

  private KeySyscalls() {}

  /** Adds a user key to the process keyring; its serial, or -1. */
  static long add(String description) {
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

  /** Asks for a user key without having one made; its serial, or -1. */
  static long request(String description) {
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

  /** An operation that fills a buffer with something of a key; the length of that, or -1. */
  static long keyctl(long operation, long key) {
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

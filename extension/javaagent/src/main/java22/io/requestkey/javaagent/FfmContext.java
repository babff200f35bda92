/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The library by way of the foreign function interface. The one class here that needs Java 22; it
 * is loaded by its name, and only there.
 *
 * <p>The {@code thread} functions are critical calls: they are a few instructions long, and without
 * the transition to native state they can be made where a virtual thread is being mounted.
 */
final class FfmContext implements NativeContext {

  private static final SymbolLookup LIBRARY =
      SymbolLookup.libraryLookup(NativeLibrary.file(), Arena.global());

  private static final MethodHandle THREAD_PUBLISH =
      critical(
          "requestkey_thread_publish",
          FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle THREAD_CLEAR =
      critical("requestkey_thread_clear", FunctionDescriptor.ofVoid());
  private static final MethodHandle THREAD_TLS_OFFSET =
      critical("requestkey_thread_tls_offset", FunctionDescriptor.of(JAVA_LONG));
  private static final MethodHandle PROCESS_BEGIN =
      call("requestkey_process_begin", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle PROCESS_PUT =
      call("requestkey_process_put", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle PROCESS_COMMIT =
      call("requestkey_process_commit", FunctionDescriptor.of(JAVA_INT));

  @Override
  public void threadPublish(long traceIdHigh, long traceIdLow, long spanId, int flags) {
    try {
      THREAD_PUBLISH.invokeExact(traceIdHigh, traceIdLow, spanId, flags);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public void threadClear() {
    try {
      THREAD_CLEAR.invokeExact();
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public long threadTlsOffset() {
    try {
      return (long) THREAD_TLS_OFFSET.invokeExact();
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int processBegin(int payloadSize) {
    try {
      return (int) PROCESS_BEGIN.invokeExact(payloadSize);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int processPut(int index, long bytes) {
    try {
      return (int) PROCESS_PUT.invokeExact(index, bytes);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int processCommit() {
    try {
      return (int) PROCESS_COMMIT.invokeExact();
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  private static MethodHandle call(String name, FunctionDescriptor descriptor) {
    return Linker.nativeLinker().downcallHandle(symbol(name), descriptor);
  }

  private static MethodHandle critical(String name, FunctionDescriptor descriptor) {
    return Linker.nativeLinker()
        .downcallHandle(symbol(name), descriptor, Linker.Option.critical(/* heapAccess= */ false));
  }

  private static MemorySegment symbol(String name) {
    return LIBRARY
        .find(name)
        .orElseThrow(() -> new UnsatisfiedLinkError("no function " + name + " in the library"));
  }

  /** The functions throw nothing: what arrives here is the JVM's own, such as a stack overflow. */
  private static RuntimeException failed(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(cause);
  }
}

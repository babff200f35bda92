/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

/**
 * The functions of the library in {@code src/main/c}, which writes where readers outside of the JVM
 * look. Integers only, so that it can be called in either way the running JVM has.
 *
 * <p>The {@code thread} functions concern the operating system's thread that executes the call: on
 * a virtual thread, its carrier. They may be called from any thread at any time, neither block nor
 * fail, and cannot be interrupted by the virtual thread's unmounting. The {@code process} functions
 * must not be called by two threads at once.
 */
interface NativeContext {

  /**
   * Makes a span the thread's current one. Ids are big-endian numbers: the first hexadecimal digit
   * is the most significant.
   *
   * @param flags of W3C Trace Context; the lowest 8 bits are taken
   */
  void threadPublish(long traceIdHigh, long traceIdLow, long spanId, int flags);

  /** Makes the thread's current span none. */
  void threadClear();

  /**
   * Bytes from the thread pointer to the thread's {@code otel_thread_ctx_v1}. The same for all
   * threads if the C library had room for the variable in static TLS.
   */
  long threadTlsOffset();

  /**
   * Begins a payload of the process context; readers see that it is incomplete until {@link
   * #processCommit()}.
   *
   * @param payloadSize in bytes
   * @return 0 or a negative {@code errno}
   */
  int processBegin(int payloadSize);

  /**
   * Writes eight bytes of the payload.
   *
   * @param index in units of eight bytes
   * @param bytes in the machine's byte order
   * @return 0 or a negative {@code errno}
   */
  int processPut(int index, long bytes);

  /**
   * Makes the payload visible.
   *
   * @return 0 or a negative {@code errno}
   */
  int processCommit();
}

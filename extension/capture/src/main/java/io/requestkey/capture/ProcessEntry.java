/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel side is to know of a process that has published: {@code struct rk_process}.
 *
 * @param startBootNanos start of the process, CLOCK_BOOTTIME in ns, rounded down to 10 ms
 * @param variable where its threads keep their context
 * @param serviceName name of its service, or null
 */
record ProcessEntry(long startBootNanos, ThreadVariable variable, @Nullable String serviceName) {

  /**
   * Writes it.
   *
   * @param to at least {@link ProcessLayout#SIZE} bytes
   * @param ready whether the kernel side may use it
   */
  void write(MemorySegment to, boolean ready) {
    to.fill((byte) 0);
    to.set(Native.LONG, ProcessLayout.START_NS, startBootNanos);
    to.set(ValueLayout.JAVA_BYTE, ProcessLayout.READY, (byte) (ready ? 1 : 0));
    switch (variable) {
      case ThreadVariable.None() -> tls(to, ProcessLayout.TLS_NONE, 0);
      case ThreadVariable.Static(long offset) -> tls(to, ProcessLayout.TLS_STATIC, offset);
      case ThreadVariable.Dynamic(long module, long offset, ThreadVariable.Vector vector) -> {
        tls(to, ProcessLayout.TLS_DYNAMIC, offset);
        to.set(Native.LONG, ProcessLayout.TLS_MODULE, module);
        to.set(Native.INT, ProcessLayout.VECTOR_OFFSET, vector.offset());
        to.set(Native.INT, ProcessLayout.VECTOR_COUNT_OFFSET, vector.countOffset());
        to.set(Native.INT, ProcessLayout.VECTOR_STRIDE, vector.stride());
      }
    }
    if (serviceName != null) {
      byte[] name = serviceName.getBytes(StandardCharsets.UTF_8);
      byte[] kept = Arrays.copyOf(name, fitting(name, ProcessLayout.SERVICE_NAME_CAP));
      MemorySegment.copy(
          kept, 0, to, ValueLayout.JAVA_BYTE, ProcessLayout.SERVICE_NAME, kept.length);
      to.set(ValueLayout.JAVA_BYTE, ProcessLayout.SERVICE_NAME_LENGTH, (byte) kept.length);
      to.set(
          ValueLayout.JAVA_BYTE,
          ProcessLayout.SERVICE_NAME_CUT,
          (byte) (kept.length < name.length ? 1 : 0));
    }
  }

  private static void tls(MemorySegment to, int mode, long offset) {
    to.set(ValueLayout.JAVA_BYTE, ProcessLayout.TLS, (byte) mode);
    to.set(Native.LONG, ProcessLayout.TLS_OFFSET, offset);
  }

  /** At most so many bytes, and no half character. */
  private static int fitting(byte[] text, int cap) {
    if (text.length <= cap) {
      return text.length;
    }
    int end = cap;
    while (end > 0 && (text[end] & 0xc0) == 0x80) {
      end--;
    }
    return end;
  }
}

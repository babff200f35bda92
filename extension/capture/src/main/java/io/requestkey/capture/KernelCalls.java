/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.lang.foreign.Arena;

/** The system calls on keys, for the self-test. All give the result or the negative errno. */
final class KernelCalls {

  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final long ADD_KEY = ARM ? 217 : 248;
  private static final long REQUEST_KEY = ARM ? 218 : 249;
  private static final long KEYCTL = ARM ? 219 : 250;
  private static final long PRCTL = ARM ? 167 : 157;
  private static final long PERF_EVENT_OPEN = ARM ? 241 : 298;

  private KernelCalls() {}

  static long requestKey(String type, String description) {
    try (Arena arena = Arena.ofConfined()) {
      return LibC.syscall(
          REQUEST_KEY,
          arena.allocateFrom(type).address(),
          arena.allocateFrom(description).address(),
          0,
          0,
          0);
    }
  }

  static long addKey(String type, String description, String payload, int keyring) {
    try (Arena arena = Arena.ofConfined()) {
      return LibC.syscall(
          ADD_KEY,
          arena.allocateFrom(type).address(),
          arena.allocateFrom(description).address(),
          arena.allocateFrom(payload).address(),
          payload.length(),
          keyring);
    }
  }

  static long keyctl(int operation, long arg2, long arg3) {
    return LibC.syscall(KEYCTL, operation, arg2, arg3, 0, 0);
  }

  /** Names no mapping, in the way that OTEP 4719 ends a publication. */
  static long nameNothing() {
    try (Arena arena = Arena.ofConfined()) {
      return LibC.syscall(
          PRCTL,
          0x53564d41, // PR_SET_VMA
          0, // PR_SET_VMA_ANON_NAME
          0,
          0,
          arena.allocateFrom("OTEL_CTX").address());
    }
  }

  /** Opens a disabled perf event of a tracefs event for all processes: its fd or -errno. */
  static long perfTracepoint(long id) {
    try (Arena arena = Arena.ofConfined()) {
      // struct perf_event_attr, first version (PERF_ATTR_SIZE_VER0): type, size, config.
      var attr = arena.allocate(64, 8);
      attr.set(Native.INT, 0, 2); // PERF_TYPE_TRACEPOINT
      attr.set(Native.INT, 4, 64);
      attr.set(Native.LONG, 8, id);
      return LibC.syscall(PERF_EVENT_OPEN, attr.address(), -1, 0, -1, 8 /* FD_CLOEXEC */);
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * Where the threads of a process have their variable {@code otel_thread_ctx_v1}. Offsets are in
 * bytes.
 */
sealed interface ThreadVariable {

  /** They have none, or it was not found. */
  record None() implements ThreadVariable {}

  /**
   * At one distance from the thread pointer, the same for all threads.
   *
   * @param offset from the thread pointer
   */
  record Static(long offset) implements ThreadVariable {}

  /**
   * In a block of its module, which each thread gets when it first uses it.
   *
   * @param module number of the module in the thread's vector, at least 1
   * @param offset in the block
   * @param vector how the C library keeps the vector
   */
  record Dynamic(long module, long offset, Vector vector) implements ThreadVariable {}

  /**
   * The dynamic thread vector of a C library.
   *
   * @param offset from the thread pointer to the pointer to the vector
   * @param countOffset from the vector to the number of modules it has room for
   * @param stride from one module's entry to the next
   */
  record Vector(int offset, int countOffset, int stride) {

    /**
     * glibc: {@code tcbhead_t.dtv}, sysdeps/x86_64/nptl/tls.h and sysdeps/aarch64/nptl/tls.h; an
     * entry is {@code dtv_t}, and the one before the first has the length.
     */
    static Vector glibc(boolean arm) {
      return new Vector(arm ? 0 : 8, -16, 16);
    }

    /** musl: {@code struct pthread.dtv}, src/internal/pthread_impl.h; entry 0 has the length. */
    static Vector musl(boolean arm) {
      return new Vector(arm ? -8 : 8, 0, 8);
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import org.jspecify.annotations.Nullable;

/**
 * What a process says about itself in its process context (OTEP 4719), as far as it is used here.
 * Its own word: nothing of it is proved.
 *
 * @param serviceName {@code service.name} of its resource, or null
 * @param threadSchema {@code threadlocal.schema_version}: how its threads keep their context (OTEP
 *     4947), or null when they keep none
 * @param tlsOffset {@code requestkey.thread_ctx.tls_offset}: bytes from the thread pointer to the
 *     variable {@code otel_thread_ctx_v1}, the same for all threads; null when not told
 */
record ProcessContext(
    @Nullable String serviceName, @Nullable String threadSchema, @Nullable Long tlsOffset) {

  /** Our publisher's: it knows its offset, and nobody has to look for it in files. */
  static final String TLS_OFFSET = "requestkey.thread_ctx.tls_offset";

  /** Whether the threads keep records of the one layout we read. */
  boolean threadsKeepRecords() {
    // The OTEP names the first while in development and the last once merged; its name has changed
    // on the way. Other schemas mean another layout.
    return tlsOffset != null
        || "tls_v1".equals(threadSchema)
        || "tlsdesc_v1".equals(threadSchema)
        || "tlsdesc_v1_dev".equals(threadSchema);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import org.jspecify.annotations.Nullable;

/**
 * What every hit has.
 *
 * @param sequence unique among all hits of one boot of one host; not contiguous
 * @param traceId trace id: 32 lower-case hex digits, not all zero. Minted in the kernel, or the
 *     trace of the span that this one is a child of
 * @param spanId span id minted in the kernel: 16 lower-case hex digits, not all zero
 * @param parentSpanId span id of the parent in that trace, or null for a root
 * @param startBootNanos entry of the call, CLOCK_BOOTTIME in ns
 * @param endBootNanos return of the call, CLOCK_BOOTTIME in ns; never before the start
 * @param result what the call returned: a serial, a length or 0; negative errno on failure
 * @param compat whether a 32-bit program made the call
 * @param kernelCopies whether the strings are the kernel's own copies, which the caller cannot
 *     change any more; false when they were read from the caller's memory
 * @param restarts times the call was interrupted by a signal and entered again by the kernel, 0 to
 *     65535
 * @param correlation where {@code application} is from
 * @param application the application's span, or null when not known
 * @param caller who made the call
 */
public record HitHeader(
    long sequence,
    String traceId,
    String spanId,
    @Nullable String parentSpanId,
    long startBootNanos,
    long endBootNanos,
    long result,
    boolean compat,
    boolean kernelCopies,
    int restarts,
    Correlation correlation,
    @Nullable ApplicationSpan application,
    Caller caller) {

  /** Whether the call failed. */
  public boolean failed() {
    return result < 0;
  }
}

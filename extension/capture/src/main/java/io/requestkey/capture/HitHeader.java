/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * What every hit has.
 *
 * @param sequence unique among all hits of one boot of one host; not contiguous
 * @param traceId trace id minted in the kernel: 32 lower-case hex digits, not all zero
 * @param spanId span id minted in the kernel: 16 lower-case hex digits, not all zero
 * @param startBootNanos entry of the call, CLOCK_BOOTTIME in ns
 * @param endBootNanos return of the call, CLOCK_BOOTTIME in ns; never before the start
 * @param result what the call returned: a serial, a length or 0; negative errno on failure
 * @param compat whether a 32-bit program made the call
 * @param kernelCopies whether the strings are the kernel's own copies, which the caller cannot
 *     change any more; false when they were read from the caller's memory
 * @param caller who made the call
 */
public record HitHeader(
    long sequence,
    String traceId,
    String spanId,
    long startBootNanos,
    long endBootNanos,
    long result,
    boolean compat,
    boolean kernelCopies,
    Caller caller) {

  /** Whether the call failed. */
  public boolean failed() {
    return result < 0;
  }
}

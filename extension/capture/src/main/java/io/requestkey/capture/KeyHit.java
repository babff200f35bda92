/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * One system call on keys, from entry to return, as the kernel joined it into one record.
 *
 * <p>Immutable and safe to share between threads.
 */
public sealed interface KeyHit permits RequestKeyHit, AddKeyHit, KeyctlHit {

  /** What every hit has: ids, times, caller and result. */
  HitHeader header();
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * One record of the kernel side: a system call on keys from entry to return, a run of the helper,
 * or the end of a key.
 *
 * <p>Immutable and safe to share between threads.
 */
public sealed interface KeyHit permits RequestKeyHit, AddKeyHit, KeyctlHit, UpcallHit, KeyFreedHit {

  /** What every hit has: ids, times, caller and result. */
  HitHeader header();
}

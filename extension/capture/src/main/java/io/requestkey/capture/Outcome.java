/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/** {@code enum rk_outcome}: how a request came to its answer. */
public enum Outcome {
  /** Not known. */
  UNKNOWN,
  /** A key was there. */
  FOUND,
  /** A helper was started for this request and made the key. */
  CONSTRUCTED,
  /** Another request's helper was waited for, and made the key. */
  JOINED,
  /** There is a negative key: a helper said that there is none. */
  NEGATED,
  /** A helper refused with an error of its own. */
  REJECTED,
  /** Anything else. */
  FAILED
}

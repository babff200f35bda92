/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/** {@code enum rk_key_end}: how a key that was freed had ended. */
public enum KeyEnd {
  /** Not known. */
  UNKNOWN,
  /** Nothing referred to it any more. */
  UNLINKED,
  /** It was revoked. */
  REVOKED,
  /** It was invalidated. */
  INVALIDATED,
  /** Its time was over. */
  EXPIRED,
  /** It was a negative key: it never had a payload. */
  NEGATIVE
}

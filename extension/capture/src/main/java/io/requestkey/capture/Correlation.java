/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/** {@code enum rk_correlation}: where the application's span was read, or why none is known. */
public enum Correlation {
  /** The thread publishes none. */
  NONE,
  /** The thread's OTEP 4947 record. */
  SDK_TLS,
  /** The OBI map {@code traces_ctx_v1}. */
  OBI_MAP,
  /** There was a record that was not to be trusted. */
  SUPPRESSED
}

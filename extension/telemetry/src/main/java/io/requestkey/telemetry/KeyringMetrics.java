/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

/**
 * Names of the metrics.
 *
 * <p>The registry in {@code src/main/semconv} says which attributes each may have.
 */
public final class KeyringMetrics {

  /** Counter, {request}: requests for a key. */
  public static final String REQUESTS = "keyring.requests";

  /** Histogram, s: from the entry of a request to its answer. */
  public static final String REQUEST_DURATION = "keyring.request.duration";

  /** Counter, {call}: add_key(2) calls. */
  public static final String ADD_KEYS = "keyring.add_keys";

  /** Counter, {operation}: keyctl(2) calls. */
  public static final String KEYCTL_OPERATIONS = "keyring.keyctl.operations";

  /** Histogram, s: run time of the helper. */
  public static final String UPCALL_DURATION = "keyring.upcall.duration";

  /** Up-down counter, {key}: keys that a call has returned and that are not gone. */
  public static final String KEYS_LIVE = "keyring.keys.live";

  private KeyringMetrics() {}
}

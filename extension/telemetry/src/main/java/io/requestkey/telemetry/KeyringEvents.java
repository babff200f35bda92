/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

/**
 * Event names of the log records, and the instrumentation scope they and the spans belong to.
 *
 * <p>An event name says which attributes a record has; see {@link KeyringAttributes}.
 */
public final class KeyringEvents {

  /** Instrumentation scope of every log record and span. */
  public static final String SCOPE = "io.requestkey";

  /** A {@code request_key(2)} call. */
  public static final String REQUEST_KEY = "keyring.request_key";

  /** An {@code add_key(2)} call. */
  public static final String ADD_KEY = "keyring.add_key";

  /** A {@code keyctl(2)} call. */
  public static final String KEYCTL = "keyring.keyctl";

  /** A run of {@code /sbin/request-key} for a request. */
  public static final String UPCALL = "keyring.upcall";

  /** The end of a key that has an origin. */
  public static final String KEY_FREED = "keyring.key_freed";

  /** Hits were lost. */
  public static final String LOSS = "keyring.loss";

  private KeyringEvents() {}
}

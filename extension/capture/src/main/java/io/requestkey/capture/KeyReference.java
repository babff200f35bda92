/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * A key as a call names it, and what the kernel took that for.
 *
 * @param given a serial, a negative {@link SpecialKeyring}, or 0 for none
 * @param resolved its real serial, or 0 when not known
 */
public record KeyReference(int given, int resolved) {

  /** No key. */
  public static final KeyReference NONE = new KeyReference(0, 0);

  /** The real serial as far as it is known; 0 when it is not. */
  public int serial() {
    return resolved != 0 ? resolved : Math.max(given, 0);
  }
}

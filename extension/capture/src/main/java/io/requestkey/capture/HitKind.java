/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/** {@code enum rk_kind}: what a record tells of. */
public enum HitKind {
  /** A request_key(2) call, or the kernel's own request. */
  REQUEST_KEY(0),
  /** An add_key(2) call. */
  ADD_KEY(1),
  /** A keyctl(2) call. */
  KEYCTL(2),
  /** A run of /sbin/request-key that the kernel started for a request. */
  UPCALL(3),
  /** The end of a key that has an origin. */
  KEY_FREED(4);

  private final int number;

  HitKind(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}

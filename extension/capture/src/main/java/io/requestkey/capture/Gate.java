/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/** {@code enum rk_gate}: which calls a set of programs records. */
enum Gate {
  /** All. */
  OPEN(0),
  /** Those it claims before the other set does. */
  CLAIM(1),
  /** None; those under way are completed. */
  SHUT(2),
  /** All, but a return without an entry may belong to the other set. */
  HEIR(3);

  private final int number;

  Gate(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  /** What a newer agent may have added is not known to be open. */
  static Gate of(int number) {
    for (Gate gate : values()) {
      if (gate.number == number) {
        return gate;
      }
    }
    return SHUT;
  }
}

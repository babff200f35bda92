/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;

/**
 * How much is read for one process of the files it has mapped. They say themselves how long their
 * tables are, and one thread looks at all processes: without an end, one could keep it for hours.
 * Not thread-safe.
 */
final class ReadBudget {

  /** A process has spent it. */
  static final class SpentException extends IOException {
    private static final long serialVersionUID = 1L;

    SpentException() {
      super("more to read than any process needs");
    }
  }

  /**
   * Half a second or so. A library takes ten, one with a hash of the old kind as many as it has
   * symbols.
   */
  static final int STEPS = 1 << 18;

  private static final int BYTES_OF_A_STEP = 4096;

  private int left;

  ReadBudget(int steps) {
    left = steps;
  }

  ReadBudget() {
    this(STEPS);
  }

  /** Takes what a read of so many bytes costs. */
  void spend(int bytes) throws SpentException {
    left -= 1 + bytes / BYTES_OF_A_STEP;
    if (left < 0) {
      left = 0;
      throw new SpentException();
    }
  }
}

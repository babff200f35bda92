/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import org.jspecify.annotations.Nullable;

/**
 * What became of a frame for one signal, for good.
 *
 * @param lost why, as the ledger names it; null: delivered, or no hit of the signal
 * @param hits for how many hits it stands
 */
record Fate(@Nullable String lost, int hits) {

  private static final Fate DELIVERED = new Fate(null, 1);
  private static final Fate NOTHING = new Fate(null, 0);

  static Fate delivered(int hits) {
    return switch (hits) {
      case 0 -> NOTHING;
      case 1 -> DELIVERED;
      default -> new Fate(null, hits);
    };
  }

  static Fate lost(String reason, int hits) {
    return new Fate(reason, hits);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One signal's account: hits = filtered + delivered + inFlight + all lost, to the unit.
 *
 * @param hits calls seen by the kernel side
 * @param filtered calls held back by a filter
 * @param delivered records that were acknowledged
 * @param inFlight calls under way, records in the ring, in the journal or being sent
 * @param lost records that will never be delivered, by reason
 */
public record Account(
    long hits, long filtered, long delivered, long inFlight, SortedMap<String, Long> lost) {

  public Account {
    lost = new TreeMap<>(lost);
  }

  static Account of(long hits, long filtered, long delivered, Map<String, Long> lost) {
    long gone = lost.values().stream().mapToLong(Long::longValue).sum();
    return new Account(
        hits, filtered, delivered, hits - filtered - delivered - gone, new TreeMap<>(lost));
  }

  /** All losses together. */
  public long totalLost() {
    return lost.values().stream().mapToLong(Long::longValue).sum();
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.requestkey.capture.HitKind;
import io.requestkey.capture.KernelCounts;
import io.requestkey.capture.KernelLoss;
import io.requestkey.capture.KindCounts;
import io.requestkey.telemetry.KeyTelemetry;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What kernel programs counted, as one signal sees it.
 *
 * @param hits calls seen that make an item of this signal
 * @param filtered those of them that a filter held back
 * @param lost those of them of which no record could be made, by reason; none is 0
 */
record KernelTotals(long hits, long filtered, SortedMap<String, Long> lost) {

  static final KernelTotals NONE = new KernelTotals(0, 0, new TreeMap<>());

  KernelTotals {
    lost = Collections.unmodifiableSortedMap(new TreeMap<>(lost));
  }

  /**
   * The part of the counts that concerns the signal: every hit becomes a log record, but not every
   * kind a span. The frames of the others are {@link Rendered#nothing} to the spans.
   */
  static KernelTotals of(KernelCounts counts, Signal signal) {
    return switch (signal) {
      case LOGS -> of(counts.all());
      case TRACES -> of(counts.of(KeyTelemetry.kindsWithSpans()));
    };
  }

  /** The part of some counts by kind that concerns the signal. */
  static long taken(Map<HitKind, Long> kinds, Signal signal) {
    long sum = 0;
    for (HitKind kind : signal == Signal.LOGS ? kinds.keySet() : KeyTelemetry.kindsWithSpans()) {
      sum += kinds.getOrDefault(kind, 0L);
    }
    return sum;
  }

  private static KernelTotals of(KindCounts counts) {
    SortedMap<String, Long> lost = new TreeMap<>();
    for (KernelLoss loss : KernelLoss.values()) {
      long n = counts.lost().getOrDefault(loss, 0L);
      if (n > 0) {
        lost.put(loss.label(), n);
      }
    }
    return new KernelTotals(counts.hits(), counts.filtered(), lost);
  }

  long totalLost() {
    return lost.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Calls of which there is, or will be, a record. */
  long recorded() {
    return hits - filtered - totalLost();
  }

  KernelTotals plus(KernelTotals other) {
    SortedMap<String, Long> sum = new TreeMap<>(lost);
    other.lost.forEach((reason, n) -> sum.merge(reason, n, Long::sum));
    return new KernelTotals(hits + other.hits, filtered + other.filtered, sum);
  }

  /** Without what {@code earlier} had already. */
  KernelTotals minus(KernelTotals earlier) {
    SortedMap<String, Long> rest = new TreeMap<>(lost);
    earlier.lost.forEach((reason, n) -> rest.merge(reason, -n, Long::sum));
    rest.values().removeIf(n -> n == 0);
    return new KernelTotals(hits - earlier.hits, filtered - earlier.filtered, rest);
  }
}

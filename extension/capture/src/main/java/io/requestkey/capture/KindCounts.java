/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.util.EnumMap;
import java.util.Map;

/**
 * What the kernel side counted of some kinds of hits. hits = filtered + submitted + all lost +
 * under way.
 *
 * @param hits seen
 * @param filtered held back by a filter
 * @param submitted put into the ring
 * @param lost those of which no record could be made, by reason; every reason is there
 */
public record KindCounts(long hits, long filtered, long submitted, Map<KernelLoss, Long> lost) {

  /** Nothing counted. */
  public static final KindCounts NONE = new KindCounts(0, 0, 0, Map.of());

  public KindCounts {
    Map<KernelLoss, Long> all = new EnumMap<>(KernelLoss.class);
    for (KernelLoss loss : KernelLoss.values()) {
      all.put(loss, lost.getOrDefault(loss, 0L));
    }
    lost = Map.copyOf(all);
  }

  /** Both together. */
  public KindCounts plus(KindCounts other) {
    Map<KernelLoss, Long> sum = new EnumMap<>(lost);
    other.lost.forEach((loss, count) -> sum.merge(loss, count, Long::sum));
    return new KindCounts(
        hits + other.hits, filtered + other.filtered, submitted + other.submitted, sum);
  }

  /** All losses together. */
  public long totalLost() {
    return lost.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Calls that have entered and not yet returned. Can be off by a few while calls go on. */
  public long underWay() {
    return hits - filtered - submitted - totalLost();
  }
}

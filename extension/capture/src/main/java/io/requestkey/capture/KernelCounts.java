/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.util.EnumMap;
import java.util.Map;

/**
 * What the kernel side counted since it was loaded, summed over the CPUs. Only ever growing. The
 * agent's own calls are not in it.
 *
 * @param hits calls seen
 * @param filtered calls a filter held back
 * @param submitted records put into the ring
 * @param lost calls of which no record could be made, by reason
 * @param textsCut calls whose strings had to be cut for want of room
 */
public record KernelCounts(
    long hits, long filtered, long submitted, Map<KernelLoss, Long> lost, long textsCut) {

  public KernelCounts {
    lost = Map.copyOf(lost);
  }

  /** Nothing counted. */
  public static KernelCounts none() {
    Map<KernelLoss, Long> lost = new EnumMap<>(KernelLoss.class);
    for (KernelLoss loss : KernelLoss.values()) {
      lost.put(loss, 0L);
    }
    return new KernelCounts(0, 0, 0, lost, 0);
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

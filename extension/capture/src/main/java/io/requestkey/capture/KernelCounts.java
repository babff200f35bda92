/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * What the kernel side counted since it was loaded, summed over the CPUs. Only ever growing. The
 * agent's own calls are not in it.
 *
 * @param kinds counts of each kind; every kind is there
 * @param textsCut calls whose strings had to be cut for want of room
 */
public record KernelCounts(Map<HitKind, KindCounts> kinds, long textsCut) {

  public KernelCounts {
    Map<HitKind, KindCounts> all = new EnumMap<>(HitKind.class);
    for (HitKind kind : HitKind.values()) {
      all.put(kind, kinds.getOrDefault(kind, KindCounts.NONE));
    }
    kinds = Map.copyOf(all);
  }

  /** Nothing counted. */
  public static KernelCounts none() {
    return new KernelCounts(Map.of(), 0);
  }

  /** Both together. */
  public KernelCounts plus(KernelCounts other) {
    Map<HitKind, KindCounts> sum = new EnumMap<>(kinds);
    other.kinds.forEach((kind, counts) -> sum.merge(kind, counts, KindCounts::plus));
    return new KernelCounts(sum, textsCut + other.textsCut);
  }

  /** The given kinds together. */
  public KindCounts of(Set<HitKind> wanted) {
    KindCounts sum = KindCounts.NONE;
    for (HitKind kind : wanted) {
      sum = sum.plus(kinds.getOrDefault(kind, KindCounts.NONE));
    }
    return sum;
  }

  /** All kinds together. */
  public KindCounts all() {
    return of(kinds.keySet());
  }
}

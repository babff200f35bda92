/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.requestkey.capture.HitKind;
import io.requestkey.capture.KernelCounts;
import io.requestkey.capture.KernelLoss;
import io.requestkey.capture.KindCounts;
import java.util.EnumMap;
import java.util.Map;

/** Counts as the kernel programs do. */
final class FakeKernel {

  private long hits;
  private long keysFreed;
  private long filtered;
  private final Map<KernelLoss, Long> lost = new EnumMap<>(KernelLoss.class);

  synchronized FakeKernel hit(long count) {
    hits += count;
    return this;
  }

  /** Ends of keys: no span is made of them. */
  synchronized FakeKernel keysFreed(long count) {
    keysFreed += count;
    return this;
  }

  synchronized FakeKernel filtered(long count) {
    hits += count;
    filtered += count;
    return this;
  }

  synchronized FakeKernel lost(KernelLoss loss, long count) {
    hits += count;
    lost.merge(loss, count, Long::sum);
    return this;
  }

  synchronized KernelCounts counts() {
    long gone = lost.values().stream().mapToLong(Long::longValue).sum();
    return new KernelCounts(
        Map.of(
            HitKind.REQUEST_KEY,
            new KindCounts(hits, filtered, hits - filtered - gone, lost),
            HitKind.KEY_FREED,
            new KindCounts(keysFreed, 0, keysFreed, Map.of())),
        0);
  }
}

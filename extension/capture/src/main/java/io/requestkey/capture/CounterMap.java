/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static io.requestkey.capture.Native.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;

/** Reads the per-CPU counters. Safe for any thread while the object is open. */
final class CounterMap {

  private final BpfObject object;
  private final int mapFd;
  private final int cpus;

  CounterMap(BpfObject object, int mapFd, int cpus) {
    this.object = object;
    this.mapFd = mapFd;
    this.cpus = cpus;
  }

  KernelCounts read() throws CaptureException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment values = values(arena);
      Map<HitKind, KindCounts> kinds = new EnumMap<>(HitKind.class);
      for (HitKind kind : HitKind.values()) {
        long at = 8L * kind.number();
        Map<KernelLoss, Long> lost = new EnumMap<>(KernelLoss.class);
        for (KernelLoss loss : KernelLoss.values()) {
          lost.put(
              loss,
              sum(values, CountersLayout.LOST + at * CountersLayout.LOSSES + 8L * loss.index(), 1));
        }
        kinds.put(
            kind,
            new KindCounts(
                sum(values, CountersLayout.HITS + at, 1),
                sum(values, CountersLayout.FILTERED + at, 1),
                sum(values, CountersLayout.SUBMITTED + at, 1),
                lost));
      }
      return new KernelCounts(kinds, sum(values, CountersLayout.TEXTS_CUT, 1));
    }
  }

  /** Runs of the programs that serve a probe, the agent's own calls included. */
  long runs(Probe probe) throws CaptureException {
    try (Arena arena = Arena.ofConfined()) {
      return sum(values(arena), CountersLayout.PROBE + 8L * probe.index, 1);
    }
  }

  private MemorySegment values(Arena arena) throws CaptureException {
    MemorySegment values = arena.allocate((long) CountersLayout.SIZE * cpus, 8);
    int errno = object.lookupPerCpu(mapFd, values);
    if (errno != 0) {
      throw new CaptureException("cannot read the kernel's counters: " + Errno.name(errno));
    }
    return values;
  }

  private long sum(MemorySegment values, long offset, int members) {
    long sum = 0;
    for (int cpu = 0; cpu < cpus; cpu++) {
      for (int i = 0; i < members; i++) {
        sum += values.get(LONG, (long) cpu * CountersLayout.SIZE + offset + 8L * i);
      }
    }
    return sum;
  }
}

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

  private final BpfCalls bpf;
  private final int mapFd;
  private final int cpus;
  private final CountersShape shape;

  CounterMap(BpfCalls bpf, int mapFd, int cpus, CountersShape shape) {
    this.bpf = bpf;
    this.mapFd = mapFd;
    this.cpus = cpus;
    this.shape = shape;
  }

  KernelCounts read() throws CaptureException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment values = values(arena);
      Map<HitKind, KindCounts> kinds = new EnumMap<>(HitKind.class);
      for (HitKind kind : HitKind.values()) {
        long at = 8L * kind.number();
        Map<KernelLoss, Long> lost = new EnumMap<>(KernelLoss.class);
        if (kind.number() >= shape.kinds()) {
          continue;
        }
        for (KernelLoss loss : KernelLoss.values()) {
          if (loss.index() < shape.losses()) {
            lost.put(loss, sum(values, shape.lost() + at * shape.losses() + 8L * loss.index()));
          }
        }
        kinds.put(
            kind,
            new KindCounts(
                sum(values, shape.hits() + at),
                sum(values, shape.filtered() + at),
                sum(values, shape.submitted() + at),
                lost));
      }
      return new KernelCounts(
          kinds, shape.equals(CountersShape.OURS) ? sum(values, CountersLayout.TEXTS_CUT) : 0);
    }
  }

  /** Runs of the programs that serve a probe, the agent's own calls included. */
  long runs(Probe probe) throws CaptureException {
    try (Arena arena = Arena.ofConfined()) {
      return sum(values(arena), CountersLayout.PROBE + 8L * probe.index);
    }
  }

  private MemorySegment values(Arena arena) throws CaptureException {
    MemorySegment values = arena.allocate((long) shape.bytes() * cpus, 8);
    int errno = bpf.lookup(mapFd, values);
    if (errno != 0) {
      throw new CaptureException("cannot read the kernel's counters: " + Errno.name(errno));
    }
    return values;
  }

  private long sum(MemorySegment values, long offset) {
    long sum = 0;
    for (int cpu = 0; cpu < cpus; cpu++) {
      sum += values.get(LONG, (long) cpu * shape.bytes() + offset);
    }
    return sum;
  }
}

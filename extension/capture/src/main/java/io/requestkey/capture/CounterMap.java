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
import org.jspecify.annotations.Nullable;

/** Reads the per-CPU counters. Safe for any thread while the object is open. */
final class CounterMap {

  /** {@code BPF_MAP_TYPE_ARRAY}. */
  static final int ARRAY = 2;

  private final BpfCalls bpf;
  private final int mapFd;
  private final int entries;
  private final CountersShape shape;

  /** The counters themselves; null for a map of an older release, which can only be asked for. */
  private final @Nullable MemorySegment mapped;

  /**
   * The counters of a set of programs.
   *
   * @param mapFd kept by the caller
   * @param cpus possible ones: so many values bpf(2) gives of a per-CPU map
   * @throws CaptureException when they cannot be mapped
   */
  CounterMap(BpfCalls bpf, int mapFd, int cpus, CountersShape shape) throws CaptureException {
    this.bpf = bpf;
    this.mapFd = mapFd;
    this.shape = shape;
    BpfCalls.MapInfo info = bpf.mapInfo(mapFd);
    if (info != null && info.type() == ARRAY) {
      // Indexed by the numbers of CPUs, which can have holes.
      this.entries = info.maxEntries();
      this.mapped = CpuArray.map(mapFd, (long) shape.bytes() * entries);
    } else {
      this.entries = cpus;
      this.mapped = null;
    }
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
    MemorySegment values = arena.allocate((long) shape.bytes() * entries, 8);
    if (mapped != null) {
      return values.copyFrom(mapped.asSlice(0, values.byteSize()));
    }
    int errno = bpf.lookup(mapFd, values);
    if (errno != 0) {
      throw new CaptureException("cannot read the kernel's counters: " + Errno.name(errno));
    }
    return values;
  }

  private long sum(MemorySegment values, long offset) {
    long sum = 0;
    for (int entry = 0; entry < entries; entry++) {
      sum += values.get(LONG, (long) entry * shape.bytes() + offset);
    }
    return sum;
  }
}

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

/** Reads the map {@code context_counters}. Safe for any thread while the map is open. */
final class ContextCounters {

  private static final long SIZE = 8L * ContextCount.values().length;

  private final BpfCalls bpf;
  private final int mapFd;
  private final int cpus;

  ContextCounters(BpfCalls bpf, int mapFd, int cpus) {
    this.bpf = bpf;
    this.mapFd = mapFd;
    this.cpus = cpus;
  }

  /** Since the programs were loaded, over all CPUs. */
  Map<ContextCount, Long> read() throws CaptureException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment values = arena.allocate(SIZE * cpus, 8);
      int errno = bpf.lookup(mapFd, values);
      if (errno != 0) {
        throw new CaptureException("cannot read the kernel's counters: " + Errno.name(errno));
      }
      Map<ContextCount, Long> counts = new EnumMap<>(ContextCount.class);
      ContextCount[] kinds = ContextCount.values();
      for (int kind = 0; kind < kinds.length; kind++) {
        long sum = 0;
        for (int cpu = 0; cpu < cpus; cpu++) {
          sum += values.get(LONG, SIZE * cpu + 8L * kind);
        }
        counts.put(kinds[kind], sum);
      }
      return counts;
    }
  }
}

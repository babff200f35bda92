/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static io.requestkey.capture.Native.LONG;

import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;

/** Reads the map {@code context_counters} of programs of this release. Safe for any thread. */
final class ContextCounters {

  private static final long SIZE = 8L * ContextCount.values().length;

  private final int entries;
  private final MemorySegment mapped;

  /**
   * The counters of a set of programs.
   *
   * @param mapFd kept by the caller
   * @throws CaptureException when they cannot be mapped
   */
  ContextCounters(BpfCalls bpf, int mapFd) throws CaptureException {
    BpfCalls.MapInfo info = bpf.mapInfo(mapFd);
    if (info == null || info.type() != CounterMap.ARRAY || info.valueBytes() != SIZE) {
      throw new CaptureException("context_counters is not what this release has");
    }
    entries = info.maxEntries();
    mapped = CpuArray.map(mapFd, SIZE * entries);
  }

  /** Since the programs were loaded, over all CPUs. */
  Map<ContextCount, Long> read() {
    Map<ContextCount, Long> counts = new EnumMap<>(ContextCount.class);
    ContextCount[] kinds = ContextCount.values();
    for (int kind = 0; kind < kinds.length; kind++) {
      long sum = 0;
      for (int cpu = 0; cpu < entries; cpu++) {
        sum += mapped.get(LONG, SIZE * cpu + 8L * kind);
      }
      counts.put(kinds[kind], sum);
    }
    return counts;
  }
}

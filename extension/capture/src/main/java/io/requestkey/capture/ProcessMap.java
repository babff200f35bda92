/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static io.requestkey.capture.Native.INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The BPF map {@code processes}. Safe for any thread while the map is open. */
final class ProcessMap implements ProcessTable {

  private static final long BPF_ANY = 0;
  private static final long BPF_EXIST = 2;

  /** A hash that changes while it is walked can be walked in circles. */
  private static final int MAX_STEPS = 1 << 16;

  private final Libbpf libbpf;
  private final int fd;

  ProcessMap(Libbpf libbpf, int fd) {
    this.libbpf = libbpf;
    this.fd = fd;
  }

  @Override
  public boolean enter(int pid, ProcessEntry entry) {
    return update(pid, entry, false, BPF_ANY);
  }

  @Override
  public boolean confirm(int pid, ProcessEntry entry) {
    return update(pid, entry, true, BPF_EXIST);
  }

  private boolean update(int pid, ProcessEntry entry, boolean ready, long flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(ProcessLayout.SIZE, 8);
      entry.write(value, ready);
      return (int) libbpf.update.invokeExact(fd, arena.allocateFrom(INT, pid), value, flags) == 0;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public void remove(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      int _ = (int) libbpf.delete.invokeExact(fd, arena.allocateFrom(INT, pid));
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public Set<Integer> pids() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = arena.allocate(INT);
      MemorySegment next = arena.allocate(INT);
      return walked(from -> next(from, key, next));
    }
  }

  private @Nullable Integer next(@Nullable Integer from, MemorySegment key, MemorySegment next) {
    if (from != null) {
      key.set(INT, 0, from);
    }
    try {
      MemorySegment after = from == null ? MemorySegment.NULL : key;
      return (int) libbpf.nextKey.invokeExact(fd, after, next) == 0 ? next.get(INT, 0) : null;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** Each once: behind a key that is deleted meanwhile the walk begins anew. */
  static Set<Integer> walked(UnaryOperator<@Nullable Integer> next) {
    Set<Integer> keys = new LinkedHashSet<>();
    Integer key = next.apply(null);
    for (int steps = 0; key != null && steps < MAX_STEPS; steps++) {
      keys.add(key);
      key = next.apply(key);
    }
    return keys;
  }
}

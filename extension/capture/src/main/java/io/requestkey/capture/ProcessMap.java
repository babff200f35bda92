/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static io.requestkey.capture.Native.INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

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
  public List<Integer> pids() {
    List<Integer> pids = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = arena.allocate(INT);
      MemorySegment next = arena.allocate(INT);
      MemorySegment from = MemorySegment.NULL;
      while (pids.size() < MAX_STEPS && (int) libbpf.nextKey.invokeExact(fd, from, next) == 0) {
        pids.add(next.get(INT, 0));
        key.set(INT, 0, next.get(INT, 0));
        from = key;
      }
      return pids;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static io.requestkey.capture.Native.INT;
import static io.requestkey.capture.Native.LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * bpf(2) on maps, links and programs that are held by their file descriptor alone, as those of a
 * pin are. Safe for any thread; the descriptors are the caller's.
 */
final class BpfCalls {

  // struct bpf_map_info, bpf_link_info, bpf_prog_info (include/uapi/linux/bpf.h). An older kernel
  // fills less and says how much.
  private static final int INFO_BYTES = 256;
  private static final int PROG_INFO_BYTES = 232;
  private static final long PROG_NR_MAP_IDS = 52;
  private static final long PROG_MAP_IDS = 56;
  private static final long PROG_RECURSION_MISSES = 208;
  private static final int MAX_MAPS = 64; // MAX_USED_MAPS

  private final Libbpf libbpf;

  BpfCalls(Libbpf libbpf) {
    this.libbpf = libbpf;
  }

  /** What the kernel says of a map. */
  record MapInfo(int type, int id, int keyBytes, int valueBytes, int maxEntries) {}

  /** What the kernel says of a program. */
  record ProgramInfo(Set<Integer> mapIds, long recursionMisses) {}

  /** Gives a map or link a name in a bpffs: 0 or the positive errno. */
  int pin(int fd, Path path) {
    try (Arena arena = Arena.ofConfined()) {
      return -(int) libbpf.pin.invokeExact(fd, arena.allocateFrom(path.toString()));
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** A new descriptor of what is pinned, or the negative errno. */
  int open(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) libbpf.openPin.invokeExact(arena.allocateFrom(path.toString()));
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** Null when the descriptor is no map. */
  @Nullable MapInfo mapInfo(int fd) {
    if (!is(fd, "bpf-map")) {
      return null;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(INFO_BYTES, 8);
      return info(fd, info, 80)
          ? new MapInfo(
              info.get(INT, 0),
              info.get(INT, 4),
              info.get(INT, 8),
              info.get(INT, 12),
              info.get(INT, 16))
          : null;
    }
  }

  /** A descriptor of the program that a link attaches, or the negative errno. */
  int programOfLink(int fd) {
    // The kernel has both spellings.
    if (!is(fd, "bpf-link") && !is(fd, "bpf_link")) {
      return -22; // EINVAL
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(INFO_BYTES, 8);
      // A link whose target has gone has no program any more.
      if (!info(fd, info, 32) || info.get(INT, 8) == 0) {
        return -2; // ENOENT
      }
      return (int) libbpf.programById.invokeExact(info.get(INT, 8));
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** Null when the kernel does not tell. */
  @Nullable ProgramInfo programInfo(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ids = arena.allocate(4L * MAX_MAPS, 8);
      MemorySegment info = arena.allocate(INFO_BYTES, 8);
      info.set(INT, PROG_NR_MAP_IDS, MAX_MAPS);
      info.set(LONG, PROG_MAP_IDS, ids.address());
      if (!info(fd, info, PROG_INFO_BYTES)) {
        return null;
      }
      Set<Integer> maps = new HashSet<>();
      for (int i = 0; i < Math.min(MAX_MAPS, info.get(INT, PROG_NR_MAP_IDS)); i++) {
        maps.add(ids.get(INT, 4L * i));
      }
      return new ProgramInfo(Set.copyOf(maps), info.get(LONG, PROG_RECURSION_MISSES));
    }
  }

  private boolean info(int fd, MemorySegment info, int bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment length = arena.allocateFrom(INT, bytes);
      return (int) libbpf.infoByFd.invokeExact(fd, info, length) == 0;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  private static boolean is(int fd, String kind) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(fd)))
          .toString()
          .endsWith(kind);
    } catch (IOException e) {
      return false;
    }
  }

  /** A new array of one entry, or the negative errno. */
  int createArray(String name, int valueBytes) {
    try (Arena arena = Arena.ofConfined()) {
      return (int)
          libbpf.createMap.invokeExact(
              2, // BPF_MAP_TYPE_ARRAY
              arena.allocateFrom(name),
              4,
              valueBytes,
              1,
              MemorySegment.NULL);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /**
   * Reads entry 0 of an array.
   *
   * @param value room for it; of a per-CPU array, for that of every possible CPU
   * @return 0 or the positive errno
   */
  int lookup(int mapFd, MemorySegment value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = arena.allocateFrom(INT, 0);
      return -(int) libbpf.lookup.invokeExact(Native.errnoSegment(arena), mapFd, key, value);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** Writes entry 0 of an array, in one step for every reader: 0 or the positive errno. */
  int update(int mapFd, MemorySegment value) {
    try (Arena arena = Arena.ofConfined()) {
      return -(int) libbpf.update.invokeExact(mapFd, arena.allocateFrom(INT, 0), value, 0L);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** Empties a hash of 8-byte keys. */
  void clear(int mapFd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = arena.allocate(ValueLayout.JAVA_LONG);
      while ((int) libbpf.nextKey.invokeExact(mapFd, MemorySegment.NULL, key) == 0
          && (int) libbpf.delete.invokeExact(mapFd, key) == 0) {
        // Until there is no first key.
      }
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }
}

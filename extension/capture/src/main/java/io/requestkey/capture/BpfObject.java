/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static io.requestkey.capture.Native.INT;
import static io.requestkey.capture.Native.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One opened BPF object with its maps and links. Owns them: closing detaches every program, unless
 * they were {@linkplain #abandonLinks left to their pins}. Not thread-safe.
 */
final class BpfObject implements AutoCloseable {

  // struct bpf_object_open_opts; sz tells libbpf how much of it we know.
  private static final long OPTS_SIZE = 80;
  private static final long OPTS_OBJECT_NAME = 8;
  private static final long OPTS_LOG_BUF = 56;
  private static final long OPTS_LOG_SIZE = 64;
  private static final long OPTS_LOG_LEVEL = 72;
  private static final int LOG_BYTES = 1 << 20;

  // struct bpf_prog_info (include/uapi/linux/bpf.h).
  private static final int PROG_INFO_SIZE = 232;
  private static final long PROG_INFO_RECURSION_MISSES = 208;

  private final Libbpf libbpf;
  private final Arena arena;
  private final MemorySegment object;
  private final MemorySegment log;
  private final Map<String, MemorySegment> programs = new HashMap<>();
  private final Map<String, MemorySegment> links = new LinkedHashMap<>();

  private BpfObject(Libbpf libbpf, Arena arena, MemorySegment object, MemorySegment log) {
    this.libbpf = libbpf;
    this.arena = arena;
    this.object = object;
    this.log = log;
  }

  /**
   * Opens an object from memory; nothing is loaded into the kernel yet.
   *
   * @param elf the bytes of a {@code .bpf.o}
   */
  @SuppressWarnings("MustBeClosedChecker") // Closed with the object.
  static BpfObject open(Libbpf libbpf, byte[] elf) throws CaptureException {
    Arena arena = Arena.ofShared();
    try {
      MemorySegment image = arena.allocate(elf.length, 8);
      image.copyFrom(MemorySegment.ofArray(elf));
      MemorySegment log = arena.allocate(LOG_BYTES);
      MemorySegment opts = arena.allocate(OPTS_SIZE, 8);
      opts.set(LONG, 0, OPTS_SIZE);
      opts.set(ValueLayout.ADDRESS, OPTS_OBJECT_NAME, arena.allocateFrom("requestkey"));
      opts.set(ValueLayout.ADDRESS, OPTS_LOG_BUF, log);
      opts.set(LONG, OPTS_LOG_SIZE, LOG_BYTES);
      opts.set(INT, OPTS_LOG_LEVEL, 0);
      MemorySegment capture = Native.errnoSegment(arena);
      MemorySegment object =
          (MemorySegment) libbpf.openMem.invokeExact(capture, image, (long) elf.length, opts);
      if (object.equals(MemorySegment.NULL)) {
        throw new CaptureException(
            "libbpf cannot open the BPF object: " + Errno.name(Native.errno(capture)));
      }
      BpfObject opened = new BpfObject(libbpf, arena, object, log);
      opened.listPrograms();
      return opened;
    } catch (CaptureException e) {
      arena.close();
      throw e;
    } catch (Throwable t) {
      arena.close();
      throw Native.unexpected(t);
    }
  }

  /** Chooses which programs {@link #load} brings into the kernel. */
  void select(Predicate<String> wanted) {
    programs.forEach((name, program) -> {
      try {
        int _ = (int) libbpf.setAutoload.invokeExact(program, wanted.test(name) ? 1 : 0);
      } catch (Throwable t) {
        throw Native.unexpected(t);
      }
    });
  }

  /** The size of the ring in bytes, before {@link #load}. */
  void setMaxEntries(String map, int entries) throws CaptureException {
    try {
      int r = (int) libbpf.setMaxEntries.invokeExact(map(map), entries);
      if (r < 0) {
        throw new CaptureException(
            "cannot give map " + map + " " + entries + " entries: " + Errno.name(-r));
      }
    } catch (CaptureException e) {
      throw e;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  int maxEntries(String map) throws CaptureException {
    try {
      return (int) libbpf.maxEntries.invokeExact(map(map));
    } catch (CaptureException e) {
      throw e;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** Has a map be one that exists, before {@link #load}. */
  void reuseMap(String map, int fd) throws CaptureException {
    try {
      int r = (int) libbpf.reuseMapFd.invokeExact(map(map), fd);
      if (r < 0) {
        throw new CaptureException("cannot use the existing map " + map + ": " + Errno.name(-r));
      }
    } catch (CaptureException e) {
      throw e;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** The whole content of a read-only data section, before {@link #load}. */
  void setInitialValue(String map, MemorySegment value) throws CaptureException {
    try {
      int r = (int) libbpf.setInitialValue.invokeExact(map(map), value, value.byteSize());
      if (r < 0) {
        throw new CaptureException(
            "section "
                + map
                + " of the BPF object does not take "
                + value.byteSize()
                + " bytes: "
                + Errno.name(-r));
      }
    } catch (CaptureException e) {
      throw e;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /**
   * Loads the selected programs and the maps.
   *
   * @throws CaptureException with the errno and the last lines of the verifier's log
   */
  void load() throws CaptureException {
    int r;
    try {
      r = (int) libbpf.load.invokeExact(object);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
    if (r < 0) {
      throw new CaptureException(loadFailure(-r));
    }
  }

  private String loadFailure(int errno) {
    String message = "the kernel refuses the BPF programs: " + Errno.name(errno);
    String verifier = log.getString(0, StandardCharsets.UTF_8).strip();
    if (!verifier.isEmpty()) {
      String[] lines = verifier.split("\n", -1);
      StringBuilder tail = new StringBuilder();
      for (int i = Math.max(0, lines.length - 4); i < lines.length; i++) {
        tail.append(i > Math.max(0, lines.length - 4) ? " | " : "").append(lines[i].strip());
      }
      message += "; verifier: " + tail;
    }
    return message;
  }

  boolean hasProgram(String name) {
    return programs.containsKey(name);
  }

  /**
   * Attaches a loaded program where its section says.
   *
   * @return 0 or the positive errno
   */
  int attach(String name) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment capture = Native.errnoSegment(call);
      MemorySegment link = (MemorySegment) libbpf.attach.invokeExact(capture, program(name));
      return keep(name, link, capture);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /**
   * Attaches a loaded program to a perf event, which the link then owns.
   *
   * @return 0 or the positive errno
   */
  int attachPerfEvent(String name, int perfEventFd) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment capture = Native.errnoSegment(call);
      MemorySegment link =
          (MemorySegment) libbpf.attachPerfEvent.invokeExact(capture, program(name), perfEventFd);
      return keep(name, link, capture);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  private int keep(String name, MemorySegment link, MemorySegment capture) {
    if (link.equals(MemorySegment.NULL)) {
      return Native.errno(capture);
    }
    links.put(name, link);
    return 0;
  }

  /** Detaches a program, if it is attached. */
  void detach(String program) {
    MemorySegment link = links.remove(program);
    if (link != null) {
      destroy(link);
    }
  }

  /** Detaches every program; the maps stay. */
  void detach() {
    new ArrayList<>(links.values()).reversed().forEach(this::destroy);
    links.clear();
  }

  private void destroy(MemorySegment link) {
    try {
      int _ = (int) libbpf.destroyLink.invokeExact(link);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  int mapFd(String map) throws CaptureException {
    try {
      return (int) libbpf.mapFd.invokeExact(map(map));
    } catch (CaptureException e) {
      throw e;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** Names of all maps. */
  List<String> maps() {
    List<String> names = new ArrayList<>();
    try {
      MemorySegment map = MemorySegment.NULL;
      while (true) {
        map = (MemorySegment) libbpf.nextMap.invokeExact(object, map);
        if (map.equals(MemorySegment.NULL)) {
          return names;
        }
        if ((int) libbpf.mapFd.invokeExact(map) >= 0) {
          MemorySegment name = (MemorySegment) libbpf.mapName.invokeExact(map);
          names.add(name.reinterpret(256).getString(0));
        }
      }
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** Writes the only entry of a data section's map, after {@link #load}. */
  void write(String map, MemorySegment value) throws CaptureException {
    int fd = mapFd(map);
    try (Arena call = Arena.ofConfined()) {
      MemorySegment key = call.allocateFrom(INT, 0);
      int r = (int) libbpf.update.invokeExact(fd, key, value, 0L);
      if (r < 0) {
        throw new CaptureException("cannot write map " + map + ": " + Errno.name(-r));
      }
    } catch (CaptureException e) {
      throw e;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** Names of the programs that are attached. */
  List<String> attached() {
    return List.copyOf(links.keySet());
  }

  /** Fd of the link that attaches a program. */
  int linkFd(String program) {
    MemorySegment link = links.get(program);
    if (link == null) {
      throw new IllegalArgumentException("program " + program + " is not attached");
    }
    try {
      return (int) libbpf.linkFd.invokeExact(link);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /**
   * The links are pinned, and stay attached when this is closed. A descriptor of each perf event
   * stays open until the process ends: libbpf hides it, and would disable the event with it.
   */
  void abandonLinks() {
    for (MemorySegment link : links.values()) {
      try {
        int fd = (int) libbpf.linkFd.invokeExact(link);
        libbpf.disconnectLink.invokeExact(link);
        int _ = (int) libbpf.destroyLink.invokeExact(link);
        LibC.close(fd);
      } catch (Throwable t) {
        throw Native.unexpected(t);
      }
    }
    links.clear();
  }

  /** Runs of a program the kernel skipped because it was already running on that CPU. */
  long recursionMisses(String name) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment info = call.allocate(PROG_INFO_SIZE, 8);
      MemorySegment length = call.allocateFrom(INT, PROG_INFO_SIZE);
      int fd = (int) libbpf.programFd.invokeExact(program(name));
      if (fd < 0 || (int) libbpf.infoByFd.invokeExact(fd, info, length) != 0) {
        return 0;
      }
      // An older kernel fills less and says so; the counter is then not to be had.
      return length.get(INT, 0) >= PROG_INFO_RECURSION_MISSES + 8
          ? info.get(LONG, PROG_INFO_RECURSION_MISSES)
          : 0;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public void close() {
    detach();
    try {
      libbpf.closeObject.invokeExact(object);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
    arena.close();
  }

  private void listPrograms() throws Throwable {
    MemorySegment program = MemorySegment.NULL;
    while (true) {
      program = (MemorySegment) libbpf.nextProgram.invokeExact(object, program);
      if (program.equals(MemorySegment.NULL)) {
        return;
      }
      MemorySegment name = (MemorySegment) libbpf.programName.invokeExact(program);
      programs.put(name.reinterpret(256).getString(0), program);
    }
  }

  private MemorySegment program(String name) {
    MemorySegment program = programs.get(name);
    if (program == null) {
      throw new IllegalArgumentException("no program " + name + " in the BPF object");
    }
    return program;
  }

  private MemorySegment map(String name) throws CaptureException {
    try (Arena call = Arena.ofConfined()) {
      @Nullable MemorySegment map =
          (MemorySegment)
              libbpf.findMap.invokeExact(
                  Native.errnoSegment(call), object, call.allocateFrom(name));
      if (map.equals(MemorySegment.NULL)) {
        throw new CaptureException("no map " + name + " in the BPF object");
      }
      return map;
    } catch (CaptureException e) {
      throw e;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }
}

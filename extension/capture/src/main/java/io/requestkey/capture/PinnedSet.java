/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Programs that run without needing a process, found by their pins: {@code maps/NAME}, {@code
 * links/PROGRAM} and, last, {@code manifest} in a directory of their own.
 *
 * <p>Owns the file descriptors, not the pins: closing leaves the programs running.
 */
final class PinnedSet implements ProgramSet {

  private static final String MAPS = "maps";
  private static final String LINKS = "links";
  private static final String MANIFEST = "manifest";
  private static final int RINGBUF = 27; // BPF_MAP_TYPE_RINGBUF

  /** What an agent must have to read what the programs recorded. */
  private static final List<String> NEEDED =
      List.of("ring", "counters", ControlLayout.MAP, KernelConfig.MAP);

  private final BpfCalls bpf;
  private final Path directory;
  private Manifest manifest;
  private final int manifestFd;
  private final Map<String, Integer> maps;
  private final Map<String, Integer> links = new LinkedHashMap<>();
  private final Map<String, Integer> programs = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final Control control;

  private PinnedSet(
      BpfCalls bpf, Path directory, Manifest manifest, int manifestFd, Map<String, Integer> maps)
      throws CaptureException {
    this.bpf = bpf;
    this.directory = directory;
    this.manifest = manifest;
    this.manifestFd = manifestFd;
    this.maps = maps;
    this.control = new Control(mapFd(ControlLayout.MAP));
  }

  /**
   * Pins a loaded and attached object; the manifest last, so that a directory that has it is
   * complete.
   *
   * @return why it is not possible; empty when it was done
   */
  static String pin(BpfCalls bpf, Path directory, Manifest manifest, BpfObject object)
      throws CaptureException {
    try {
      Files.createDirectory(directory.resolve(MAPS));
      Files.createDirectory(directory.resolve(LINKS));
    } catch (IOException e) {
      return "cannot make a directory below " + directory + ": " + e.getMessage();
    }
    for (String map : manifest.maps()) {
      int errno = bpf.pin(object.mapFd(map), mapPin(directory, map));
      if (errno != 0) {
        return "map " + map + " cannot be pinned: " + Errno.name(errno);
      }
    }
    for (String program : manifest.programs().keySet()) {
      int errno = bpf.pin(object.linkFd(program), linkPin(directory, program));
      if (errno != 0) {
        return "the attachment of "
            + program
            + " cannot be pinned ("
            + Errno.name(errno)
            + (errno == 22 ? "; kprobes and tracepoints can from Linux 5.15 on)" : ")");
      }
    }
    int fd = bpf.createArray("rk_manifest", Manifest.BYTES);
    if (fd < 0) {
      return "cannot make a map for the manifest: " + Errno.name(-fd);
    }
    try {
      int errno = write(bpf, fd, manifest);
      if (errno == 0) {
        errno = bpf.pin(fd, directory.resolve(MANIFEST));
      }
      return errno == 0 ? "" : "the manifest cannot be pinned: " + Errno.name(errno);
    } finally {
      LibC.close(fd);
    }
  }

  private static int write(BpfCalls bpf, int fd, Manifest manifest) {
    byte[] bytes = manifest.encode();
    if (bytes.length >= Manifest.BYTES) {
      return 7; // E2BIG
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(Manifest.BYTES, 8);
      MemorySegment.copy(bytes, 0, value, ValueLayout.JAVA_BYTE, 0, bytes.length);
      return bpf.update(fd, value);
    }
  }

  /**
   * Opens what is pinned in a directory. What keeps it from being continued, but not from being
   * read out, is in {@link #problems}.
   *
   * @throws CaptureException when it was not finished, or cannot even be read out
   */
  static PinnedSet open(BpfCalls bpf, Path directory) throws CaptureException {
    int manifestFd = bpf.open(directory.resolve(MANIFEST));
    if (manifestFd < 0) {
      throw new CaptureException("not finished");
    }
    try (Acquired acquired = new Acquired()) {
      Map<String, Integer> maps = new LinkedHashMap<>();
      int _ = acquired.add(manifestFd, LibC::close);
      acquired.add(maps, opened -> opened.values().forEach(LibC::close));
      Manifest manifest = read(bpf, manifestFd);
      for (String map : manifest.maps()) {
        int fd = bpf.open(mapPin(directory, map));
        if (fd >= 0) {
          maps.put(map, fd);
        } else if (NEEDED.contains(map)) {
          throw new CaptureException("map " + map + ": " + Errno.name(-fd));
        }
      }
      check(bpf, manifest, maps);
      PinnedSet set = new PinnedSet(bpf, directory, manifest, manifestFd, maps);
      acquired.keep();
      acquired.add(set, PinnedSet::close);
      set.openLinks();
      acquired.keep();
      return set;
    }
  }

  private static Manifest read(BpfCalls bpf, int fd) throws CaptureException {
    BpfCalls.MapInfo info = bpf.mapInfo(fd);
    if (info == null || info.valueBytes() <= 0 || info.valueBytes() > 1 << 24) {
      throw new CaptureException("the manifest is no map");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(info.valueBytes(), 8);
      int errno = bpf.lookup(fd, value);
      if (errno != 0) {
        throw new CaptureException("cannot read the manifest: " + Errno.name(errno));
      }
      byte[] bytes = value.toArray(ValueLayout.JAVA_BYTE);
      int length = 0;
      while (length < bytes.length && bytes[length] != 0) {
        length++;
      }
      return Manifest.decode(Arrays.copyOf(bytes, length));
    }
  }

  private static void check(BpfCalls bpf, Manifest manifest, Map<String, Integer> maps)
      throws CaptureException {
    for (String name : NEEDED) {
      Integer fd = maps.get(name);
      BpfCalls.MapInfo info = fd == null ? null : bpf.mapInfo(fd);
      if (info == null) {
        throw new CaptureException("no map " + name);
      }
      boolean fits =
          switch (name) {
            case "ring" -> info.type() == RINGBUF && Integer.bitCount(info.maxEntries()) == 1;
            case "counters" ->
                info.valueBytes() == manifest.shape().bytes()
                    && (info.maxEntries() == 1 || info.type() == CounterMap.ARRAY);
            case ControlLayout.MAP -> info.valueBytes() >= ControlLayout.SIZE;
            default -> true;
          };
      if (!fits) {
        throw new CaptureException("map " + name + " is not what the manifest says");
      }
    }
  }

  private void openLinks() throws CaptureException {
    Set<Integer> ours = new HashSet<>();
    for (String map : maps.keySet()) {
      // Sets that take over from one another share their claims.
      if (!map.equals("claims")) {
        ours.add(mapInfo(map).id());
      }
    }
    for (String program : manifest.programs().keySet()) {
      int link = bpf.open(linkPin(directory, program));
      if (link < 0) {
        problems.add(program + " is not attached any more");
        continue;
      }
      links.put(program, link);
      int fd = bpf.programOfLink(link);
      if (fd < 0) {
        problems.add(program + " is attached to nothing any more: " + Errno.name(-fd));
        continue;
      }
      programs.put(program, fd);
      BpfCalls.ProgramInfo info = bpf.programInfo(fd);
      if (info == null || Collections.disjoint(info.mapIds(), ours)) {
        problems.add(program + " works on other maps");
      }
    }
    if (!maps.keySet().containsAll(manifest.maps())) {
      Set<String> missing = new TreeSet<>(manifest.maps());
      missing.removeAll(maps.keySet());
      problems.add("maps " + String.join(", ", missing) + " are not pinned any more");
    }
    try (Stream<Path> pins = Files.list(directory.resolve(LINKS))) {
      Set<String> unknown =
          pins.map(pin -> String.valueOf(pin.getFileName())).collect(Collectors.toSet());
      unknown.removeAll(manifest.programs().keySet());
      if (!unknown.isEmpty()) {
        problems.add("attached, but not known: " + String.join(", ", new TreeSet<>(unknown)));
      }
    } catch (IOException e) {
      problems.add("the links cannot be listed: " + e.getMessage());
    }
  }

  /** bpffs takes no dots in names. */
  private static Path mapPin(Path directory, String map) {
    return directory.resolve(MAPS).resolve(map.replace('.', '_'));
  }

  private static Path linkPin(Path directory, String program) {
    return directory.resolve(LINKS).resolve(program);
  }

  Path directory() {
    return directory;
  }

  Manifest manifest() {
    return manifest;
  }

  /** Why it cannot be continued; empty when it can. */
  List<String> problems() {
    return problems;
  }

  Control control() {
    return control;
  }

  /** Keeps the last counts of loads that are gone. */
  void inherit(Map<Long, KernelCounts> counts) throws CaptureException {
    Manifest with = manifest.inheriting(counts);
    int errno = write(bpf, manifestFd, with);
    if (errno != 0) {
      throw new CaptureException("cannot write the manifest: " + Errno.name(errno));
    }
    manifest = with;
  }

  boolean hasMap(String map) {
    return maps.containsKey(map);
  }

  @Override
  public int mapFd(String map) throws CaptureException {
    Integer fd = maps.get(map);
    if (fd == null) {
      throw new CaptureException("no map " + map + " in " + directory);
    }
    return fd;
  }

  /** Size of the ring in bytes. */
  int ringBytes() throws CaptureException {
    return mapInfo("ring").maxEntries();
  }

  private BpfCalls.MapInfo mapInfo(String map) throws CaptureException {
    BpfCalls.MapInfo info = bpf.mapInfo(mapFd(map));
    if (info == null) {
      throw new CaptureException("the kernel does not tell of map " + map + " in " + directory);
    }
    return info;
  }

  /** Random, told the programs before they were loaded: who says it is the agent. */
  long nonce() throws CaptureException {
    BpfCalls.MapInfo info = mapInfo(KernelConfig.MAP);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(info.valueBytes(), 8);
      int errno = bpf.lookup(mapFd(KernelConfig.MAP), value);
      if (errno != 0) {
        throw new CaptureException("cannot read the programs' configuration: " + Errno.name(errno));
      }
      return KernelConfig.nonce(value);
    }
  }

  @Override
  public Set<Probe> exercised() {
    Set<Probe> probes = EnumSet.noneOf(Probe.class);
    manifest.exercised().forEach(name -> probe(name).ifPresent(probes::add));
    return probes;
  }

  private static Optional<Probe> probe(String name) {
    return Stream.of(Probe.values()).filter(probe -> probe.name().equals(name)).findFirst();
  }

  @Override
  public boolean kernelCopies() {
    return manifest.kernelCopies();
  }

  @Override
  public String syscallWay() {
    return manifest.way();
  }

  @Override
  public boolean contextsWatched() {
    return manifest.programs().containsValue(Probe.PROCESS_EXEC.name());
  }

  @Override
  public AttachTable table(CounterMap counters) throws CaptureException {
    Map<Probe, Long> runs = new EnumMap<>(Probe.class);
    for (Probe probe : Probe.values()) {
      runs.put(probe, counters.runs(probe));
    }
    return new AttachTable(
        manifest.rows().stream()
            .map(row ->
                new AttachTable.Row(
                    row.fact(),
                    row.way(),
                    row.reason(),
                    row.probes().stream().map(state -> filled(state, runs)).toList()))
            .toList());
  }

  private AttachTable.ProbeState filled(AttachTable.ProbeState state, Map<Probe, Long> runs) {
    Integer fd = programs.get(state.program());
    BpfCalls.ProgramInfo info = fd == null ? null : bpf.programInfo(fd);
    return new AttachTable.ProbeState(
        state.program(),
        probe(manifest.programs().getOrDefault(state.program(), ""))
            .map(probe -> runs.getOrDefault(probe, 0L))
            .orElse(0L),
        info == null ? 0 : info.recursionMisses());
  }

  /** The programs go on; only, that no process is the agent any more. */
  @Override
  public void detach() {
    control.forgetSelf();
  }

  @Override
  public void close() {
    control.close();
    links.values().forEach(LibC::close);
    programs.values().forEach(LibC::close);
    maps.values().forEach(LibC::close);
    LibC.close(manifestFd);
  }
}

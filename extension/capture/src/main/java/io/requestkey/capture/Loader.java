/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Brings the object for this machine into the kernel, by the first way that works. */
final class Loader {

  private static final int HASH = 1; // BPF_MAP_TYPE_HASH

  /** Of the maps that are made for a whole host, what one process needs: 40 MiB are too much. */
  private static final Map<String, Integer> OWN_PROCESS_ENTRIES =
      Map.of(
          "calls", 2048,
          "kernel_requests", 256,
          "upcalls", 2048,
          "helpers", 2048,
          "origins", 8192,
          "processes", 16);

  private final Libbpf libbpf;
  private final BpfCalls bpf;
  private final KernelBtf btf;
  private final CaptureOptions options;
  private final ContextSources sources;
  private final boolean arm;
  private final byte[] elf;

  Loader(Libbpf libbpf, KernelBtf btf, CaptureOptions options, ContextSources sources)
      throws CaptureException {
    this.libbpf = libbpf;
    this.bpf = new BpfCalls(libbpf);
    this.btf = btf;
    this.options = options;
    this.sources = sources;
    this.arm = System.getProperty("os.arch", "").equals("aarch64");
    this.elf = elf(arm ? "aarch64" : "x86_64");
  }

  Libbpf libbpf() {
    return libbpf;
  }

  BpfCalls bpf() {
    return bpf;
  }

  int cpus() {
    return libbpf.possibleCpus();
  }

  /** What must be equal for programs to be continued. */
  String key() {
    return SetKey.of(
        elf,
        options,
        KernelConfig.chosenBytes(options.filters(), sources.bits()),
        sources.obiMap());
  }

  /** Counters of programs of this release. */
  CounterMap counters(ProgramSet set) throws CaptureException {
    return new CounterMap(bpf, set.mapFd("counters"), cpus(), CountersShape.OURS);
  }

  /** Begins to tell programs of this release who publishes a context. */
  ApplicationContexts contexts(ProgramSet set) throws CaptureException {
    return ApplicationContexts.start(libbpf, set);
  }

  /**
   * What is to be pinned with programs that are attached.
   *
   * @param others those they take over from: their counts are carried on
   */
  Manifest manifest(Attachment attachment, List<PinnedSet> others) {
    long epoch = random();
    Map<Long, KernelCounts> inherited = new HashMap<>();
    for (PinnedSet other : others) {
      inherited.putAll(other.manifest().inherited());
      epoch = other.manifest().epoch();
    }
    return attachment.manifest(random(), epoch, key(), inherited);
  }

  /** Random, not 0. */
  static long random() {
    long random = new SecureRandom().nextLong();
    return random == 0 ? 1 : random;
  }

  /** The claims that others share, if they are what ours are; else -1. */
  static int claimsOf(BpfCalls bpf, List<PinnedSet> others) throws CaptureException {
    for (PinnedSet other : others) {
      BpfCalls.MapInfo info = other.hasMap("claims") ? bpf.mapInfo(other.mapFd("claims")) : null;
      if (info != null && info.type() == HASH && info.keyBytes() == 8 && info.valueBytes() == 8) {
        return other.mapFd("claims");
      }
    }
    return -1;
  }

  /**
   * Loads, attaches and tests.
   *
   * @param owner whose the return probes are
   * @param gate what the programs record from the beginning
   * @param claims fd of the claims to share, or -1
   * @throws CaptureException when no way works; the message names each and why
   */
  Attachment load(String owner, Gate gate, int claims) throws CaptureException {
    List<String> reasons = new ArrayList<>();
    for (Attachment.Way way : ways(options)) {
      try {
        return load(way, String.join("; ", reasons), owner, gate, claims);
      } catch (CaptureException e) {
        reasons.add(way.label + ": " + e.getMessage());
      }
    }
    throw new CaptureException("no way to capture on this kernel: " + String.join("; ", reasons));
  }

  private Attachment load(Attachment.Way way, String reason, String owner, Gate gate, int claims)
      throws CaptureException {
    String noKprobes = Kprobes.missing();
    boolean copiesRequired = options.mode() == CaptureOptions.Mode.KPROBE;
    if (!noKprobes.isEmpty() && (copiesRequired || way == Attachment.Way.KPROBE)) {
      throw new CaptureException(noKprobes);
    }
    if (options.mode() == CaptureOptions.Mode.TRACEPOINT) {
      noKprobes = "tracepoints were asked for";
    }
    long nonce = new SecureRandom().nextLong();
    try (Acquired acquired = new Acquired()) {
      BpfObject object = acquired.add(BpfObject.open(libbpf, elf), BpfObject::close);
      Attachment attachment =
          acquired.add(
              Attachment.select(object, way, arm, btf, noKprobes, sources.watched()),
              Attachment::detach);
      object.setMaxEntries("ring", options.ringBytes());
      object.setMaxEntries("counters", PossibleCpus.numbers(cpus()));
      object.setMaxEntries("context_counters", PossibleCpus.numbers(cpus()));
      if (options.filters().ownProcess()) {
        for (Map.Entry<String, Integer> map : OWN_PROCESS_ENTRIES.entrySet()) {
          object.setMaxEntries(map.getKey(), map.getValue());
        }
      }
      if (claims >= 0) {
        object.reuseMap("claims", claims);
      }
      sources.connect(object);
      try (Arena arena = Arena.ofConfined()) {
        object.setInitialValue(
            KernelConfig.MAP,
            KernelConfig.bytes(
                arena, options.filters(), sources.bits(), nonce, KernelClock.bootNanos()));
        MemorySegment control = arena.allocate(ControlLayout.SIZE, 8);
        control.set(Native.INT, ControlLayout.GATE, gate.number());
        object.setInitialValue(ControlLayout.MAP, control);
      }
      object.load();
      attachment.attach(copiesRequired, reason, owner);
      SelfTest.run(counters(attachment), attachment.exercised(), nonce);
      // Before the first call is a hit: it may be made within a span.
      attachment.add(
          options.filters().ownProcess() && !ApplicationContexts.enterSelf(libbpf, attachment)
              ? sources.rowWithoutSelf()
              : sources.row());
      attachment.record(true);
      acquired.keep();
      return attachment;
    }
  }

  private static Set<Attachment.Way> ways(CaptureOptions options) {
    return switch (options.syscallProbes()) {
      case FENTRY -> EnumSet.of(Attachment.Way.FENTRY);
      case KPROBE -> EnumSet.of(Attachment.Way.KPROBE);
      case TRACEPOINT -> EnumSet.of(Attachment.Way.TRACEPOINT);
      case AUTO ->
          switch (options.mode()) {
            case TRACEPOINT -> EnumSet.of(Attachment.Way.TRACEPOINT);
            case KPROBE -> EnumSet.of(Attachment.Way.FENTRY, Attachment.Way.KPROBE);
            case AUTO -> EnumSet.allOf(Attachment.Way.class);
          };
    };
  }

  private static byte[] elf(String machine) throws CaptureException {
    String name = "/io/requestkey/bpf/requestkey." + machine + ".bpf.o";
    try (InputStream in = Loader.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new CaptureException(
            "this build has no BPF object for " + machine + " (" + name + ")");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new CaptureException("cannot read " + name + ": " + e.getMessage(), e);
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Running capture: programs attached, self-test passed, records flowing into the ring.
 *
 * <p>{@link #ring} belongs to one thread; {@link #counts} and {@link #attachTable} are for any
 * thread until {@link #close}.
 */
public final class Capture implements AutoCloseable {

  private final Attachment attachment;
  private final CounterMap counters;
  private final RingReader ring;
  private final String libbpfVersion;

  private Capture(
      Attachment attachment, CounterMap counters, RingReader ring, String libbpfVersion) {
    this.attachment = attachment;
    this.counters = counters;
    this.ring = ring;
    this.libbpfVersion = libbpfVersion;
  }

  /**
   * Loads and attaches, trying each way in order, and runs the self-test.
   *
   * @throws CaptureException when no way works; the message names each and why
   */
  public static Capture start(CaptureOptions options) throws CaptureException {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new CaptureException("big-endian machines are not supported");
    }
    Libbpf libbpf = Libbpf.open(options.library());
    boolean arm = System.getProperty("os.arch", "").equals("aarch64");
    byte[] elf = elf(arm ? "aarch64" : "x86_64");
    List<String> reasons = new ArrayList<>();
    try (KernelBtf btf = KernelBtf.load(libbpf)) {
      requirePermission();
      for (Attachment.Way way : ways(options)) {
        try {
          return start(options, libbpf, btf, elf, arm, way, String.join("; ", reasons));
        } catch (CaptureException e) {
          reasons.add(way.label + ": " + e.getMessage());
        }
      }
    }
    throw new CaptureException("no way to capture on this kernel: " + String.join("; ", reasons));
  }

  private static Capture start(
      CaptureOptions options,
      Libbpf libbpf,
      KernelBtf btf,
      byte[] elf,
      boolean arm,
      Attachment.Way way,
      String reason)
      throws CaptureException {
    boolean copies = options.mode() != CaptureOptions.Mode.TRACEPOINT;
    long nonce = new SecureRandom().nextLong();
    BpfObject object = BpfObject.open(libbpf, elf);
    try {
      Attachment attachment = Attachment.select(object, way, arm, btf, copies);
      object.setMaxEntries("ring", options.ringBytes());
      try (Arena arena = Arena.ofConfined()) {
        object.setInitialValue(
            ".rodata.config",
            KernelConfig.bytes(arena, options.filters(), nonce, KernelClock.bootNanos()));
      }
      object.load();
      attachment.attach(copies, options.mode() == CaptureOptions.Mode.KPROBE, reason);
      CounterMap counters = new CounterMap(object, object.mapFd("counters"), libbpf.possibleCpus());
      SelfTest.run(counters, attachment.exercised(), nonce);
      RingReader ring = new RingReader(object.mapFd("ring"), object.maxEntries("ring"));
      return new Capture(attachment, counters, ring, libbpf.version());
    } catch (CaptureException e) {
      object.close();
      throw e;
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

  /** The usual case of too few rights, told before the kernel's errno has to be explained. */
  private static void requirePermission() throws CaptureException {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("CapEff:")) {
          long effective = Long.parseUnsignedLong(line.substring(7).strip(), 16);
          boolean admin = (effective >> 21 & 1) != 0;
          boolean bpf = (effective >> 39 & 1) != 0 && (effective >> 38 & 1) != 0;
          if (!admin && !bpf) {
            throw new CaptureException(
                "not permitted to load BPF programs: run as root, or with CAP_BPF and CAP_PERFMON"
                    + " (CAP_SYS_ADMIN before Linux 5.8)");
          }
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Unknown: the kernel will tell.
    }
  }

  private static byte[] elf(String machine) throws CaptureException {
    String name = "/io/requestkey/bpf/requestkey." + machine + ".bpf.o";
    try (InputStream in = Capture.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new CaptureException(
            "this build has no BPF object for " + machine + " (" + name + ")");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new CaptureException("cannot read " + name + ": " + e.getMessage(), e);
    }
  }

  /** The ring; for one thread. Closed with this. */
  public RingReader ring() {
    return ring;
  }

  /** What the kernel side counted. */
  public KernelCounts counts() throws CaptureException {
    return counters.read();
  }

  /** Which way each fact is captured, with the counts of now. */
  public AttachTable attachTable() throws CaptureException {
    return attachment.table(counters);
  }

  /** Whether the strings of request_key are the kernel's own copies. */
  public boolean kernelCopies() {
    return attachment.kernelCopies();
  }

  /** How the system calls are seen, such as {@code fentry/fexit}. */
  public String syscallWay() {
    return attachment.way().label;
  }

  /** Version of the loaded libbpf, such as {@code v1.1}. */
  public String libbpfVersion() {
    return libbpfVersion;
  }

  /** Detaches every program; what is in the ring can still be read. */
  public void detach() {
    attachment.detach();
  }

  @Override
  public void close() {
    ring.close();
    attachment.close();
  }
}

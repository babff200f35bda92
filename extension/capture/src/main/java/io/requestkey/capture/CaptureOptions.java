/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * How to capture.
 *
 * @param mode what the kernel must offer
 * @param syscallProbes how entry and return of the system calls are seen
 * @param ringBytes size of the ring: a power of two, a multiple of the page size
 * @param filters what is wanted
 * @param pin whether the programs go on while no agent runs
 * @param appSpan what the application's span is to the call's
 * @param library soname or path of libbpf
 */
public record CaptureOptions(
    Mode mode,
    SyscallProbes syscallProbes,
    int ringBytes,
    Filters filters,
    Pin pin,
    AppSpan appSpan,
    String library) {

  /** What the kernel must offer. */
  public enum Mode {
    /** kprobes where the kernel has them, else tracepoints. */
    AUTO,
    /** kprobes, with the kernel's own copies of the strings, or nothing. */
    KPROBE,
    /** Tracepoints alone; strings come from the caller's memory. */
    TRACEPOINT
  }

  /** How entry and return of the system calls are seen. */
  public enum SyscallProbes {
    /** The first of the others that works. */
    AUTO,
    /** fentry and fexit on the system call stubs. */
    FENTRY,
    /** kprobe and kretprobe on the system call stubs. */
    KPROBE,
    /** syscalls:sys_enter_* and sys_exit_*; makes every system call of the host slower. */
    TRACEPOINT
  }

  /** The same, with another answer to whether the programs go on. */
  public CaptureOptions withPin(Pin other) {
    return new CaptureOptions(mode, syscallProbes, ringBytes, filters, other, appSpan, library);
  }

  /** Whether the programs go on while no agent runs. */
  public enum Pin {
    /** Where the kernel can; else it is told why not. */
    AUTO,
    /** Or nothing is captured. */
    ON,
    /** The programs end with the agent. */
    OFF,
    /** As off, but it is tried, so that the attach table tells. */
    TRY
  }

  /** What the span that the application has current is to the span of a call it makes. */
  public enum AppSpan {
    /** Its parent: both are in one trace. Believes what a process says of its own trace. */
    PARENT,
    /** The two are linked: the call's span is in a trace of its own. */
    LINK,
    /** It is not looked for. */
    OFF
  }

  /** Ring size when none is given: 8 MiB. */
  public static final int DEFAULT_RING_BYTES = 8 << 20;

  /** The defaults. */
  public static CaptureOptions defaults() {
    return new CaptureOptions(
        Mode.AUTO,
        SyscallProbes.AUTO,
        DEFAULT_RING_BYTES,
        Filters.NONE,
        Pin.OFF,
        AppSpan.PARENT,
        Libbpf.SONAME);
  }

  public CaptureOptions {
    if (Integer.bitCount(ringBytes) != 1 || ringBytes < 4096) {
      throw new IllegalArgumentException(
          "ring size " + ringBytes + ": a power of two of at least 4096 bytes is possible");
    }
    if (mode == Mode.KPROBE && syscallProbes == SyscallProbes.TRACEPOINT) {
      throw new IllegalArgumentException(
          "capture kprobe and system call probes tracepoint exclude each other");
    }
    if (filters.ownProcess() && pin != Pin.OFF) {
      throw new IllegalArgumentException(
          "programs that watch the process that loads them end with it, and cannot be pinned");
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Return probes with room for many sleeping calls, made through tracefs.
 *
 * <p>perf_event_open(2) gives a kretprobe a handful of slots, so that the returns of calls that
 * wait for a helper are lost (58 of 60 seen); tracefs takes the number, up to 4096. Owns the events
 * it makes.
 *
 * <p>Such an event outlives both its maker and a pinned link. Its name begins with its owner, a
 * process or a directory of {@link Pins}, so that those whose owner is gone can be found.
 */
final class ReturnProbes implements AutoCloseable {

  private static final String GROUP = "requestkey";
  private static final int MAX_ACTIVE = 4096; // KRETPROBE_MAXACTIVE_MAX

  private static final int TRIES = 20;
  private static final long BETWEEN_MILLIS = 50;

  private final Path tracefs;
  private final String owner;
  private final List<String> programs = new ArrayList<>();
  private final List<String> events = new ArrayList<>();
  private final List<Integer> fds = new ArrayList<>();

  /**
   * None yet.
   *
   * @param owner of {@link #ofThisProcess} or {@link #of}
   */
  ReturnProbes(Path tracefs, String owner) {
    this.tracefs = tracefs;
    this.owner = owner;
    removeOrphans(tracefs);
  }

  /** In a container the number of its pid namespace goes before that of the process. */
  static String ofThisProcess() {
    long pid = ProcessHandle.current().pid();
    long namespace = PidNamespace.own();
    return namespace == PidNamespace.INITIAL ? "p" + pid : "n" + namespace + "p" + pid;
  }

  /** The owner that a set of pinned programs is. */
  static String of(Path directory) {
    return "d" + directory.getFileName();
  }

  /**
   * Attaches a kretprobe program to the return of a function.
   *
   * @return 0 or the positive errno
   */
  int attach(BpfObject object, String program, String function) {
    String event = owner + "_" + program;
    long id;
    try {
      append(tracefs, "r" + MAX_ACTIVE + ":" + GROUP + "/" + event + " " + function);
      events.add(event);
      String text = Files.readString(tracefs.resolve("events/" + GROUP + "/" + event + "/id"));
      id = Long.parseLong(text.strip());
    } catch (IOException e) {
      return 2;
    }
    long fd = KernelCalls.perfTracepoint(id);
    if (fd < 0) {
      return (int) -fd;
    }
    fds.add((int) fd);
    programs.add(program);
    return object.attachPerfEvent(program, (int) fd);
  }

  /** The programs that are to be detached before this is closed. */
  List<String> programs() {
    return List.copyOf(programs);
  }

  /** Detach the programs first. */
  @Override
  public void close() {
    // libbpf closes the fd with the link; one without a link is closed here.
    fds.clear();
    events.forEach(event -> remove(tracefs, event));
    events.clear();
  }

  /** Removes the events whose owner is gone. */
  static void removeOrphans() {
    Path tracefs = TraceFs.mounted();
    if (tracefs != null) {
      removeOrphans(tracefs);
    }
  }

  private static void removeOrphans(Path tracefs) {
    try (var entries = Files.list(tracefs.resolve("events/" + GROUP))) {
      for (Path entry : entries.toList()) {
        String name = String.valueOf(entry.getFileName());
        int end = name.indexOf('_');
        if (end > 1 && !exists(name.substring(0, end))) {
          remove(tracefs, name);
        }
      }
    } catch (IOException e) {
      // No such group: nothing is left over.
    }
  }

  /** What cannot be told from here is not ours to remove. */
  static boolean exists(String owner) {
    return switch (owner.charAt(0)) {
      case 'p' ->
          PidNamespace.own() != PidNamespace.INITIAL
              || Files.exists(Path.of("/proc", owner.substring(1)));
      case 'n' -> {
        int pid = owner.indexOf('p');
        yield pid < 0
            || !owner.substring(1, pid).equals(Long.toString(PidNamespace.own()))
            || Files.exists(Path.of("/proc", owner.substring(pid + 1)));
      }
      case 'd' -> Files.exists(Pins.ROOT.resolve(owner.substring(1)));
      default -> true;
    };
  }

  /** The kernel detaches a program some time after its last pin or descriptor is gone. */
  private static void remove(Path tracefs, String event) {
    for (int i = 0; i < TRIES; i++) {
      try {
        append(tracefs, "-:" + GROUP + "/" + event);
        return;
      } catch (IOException e) {
        LockSupport.parkNanos(BETWEEN_MILLIS * 1_000_000);
      }
    }
    System.getLogger(ReturnProbes.class.getName())
        .log(System.Logger.Level.WARNING, "cannot remove the trace event " + GROUP + "/" + event);
  }

  private static void append(Path tracefs, String line) throws IOException {
    Files.write(
        tracefs.resolve("kprobe_events"),
        (line + "\n").getBytes(StandardCharsets.US_ASCII),
        StandardOpenOption.WRITE,
        StandardOpenOption.APPEND);
  }
}

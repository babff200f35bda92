/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntUnaryOperator;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;

/**
 * Return probes with room for many sleeping calls, made through tracefs.
 *
 * <p>perf_event_open(2) gives a kretprobe a handful of slots, so that the returns of calls that
 * wait for a helper are lost (58 of 60 seen); tracefs takes the number, up to 4096. Owns the events
 * it makes.
 *
 * <p>Such an event outlives both its maker and a pinned link. Its name begins with its owner, see
 * {@link EventOwners}, so that those whose owner is gone can be found.
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

  /**
   * None yet.
   *
   * @param owner a name of {@link EventOwners}
   */
  ReturnProbes(Path tracefs, String owner) {
    this.tracefs = tracefs;
    this.owner = owner;
    removeOrphans(tracefs, EventOwners.seenFromHere());
  }

  /**
   * Attaches a kretprobe program to the return of a function.
   *
   * @return 0 or the positive errno
   */
  int attach(BpfObject object, String program, String function) {
    return attach(
        program, function, KernelCalls::perfTracepoint, fd -> object.attachPerfEvent(program, fd));
  }

  /**
   * As {@link #attach(BpfObject, String, String)}.
   *
   * @param opener gives a descriptor of the event of an id, or the negative errno
   * @param attacher attaches the program to it: 0 or the positive errno
   */
  int attach(String program, String function, LongUnaryOperator opener, IntUnaryOperator attacher) {
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
    long fd = opener.applyAsLong(id);
    if (fd < 0) {
      return (int) -fd;
    }
    int errno = attacher.applyAsInt((int) fd);
    if (errno == 0) {
      programs.add(program);
    } else {
      LibC.close((int) fd); // libbpf has it only with a link
    }
    return errno;
  }

  /** The programs that are to be detached before this is closed. */
  List<String> programs() {
    return List.copyOf(programs);
  }

  /** Detach the programs first. */
  @Override
  public void close() {
    remove(tracefs, events);
    events.clear();
  }

  /** Removes the events whose owner is gone. */
  static void removeOrphans() {
    Path tracefs = TraceFs.mounted();
    if (tracefs != null) {
      removeOrphans(tracefs, EventOwners.seenFromHere());
    }
  }

  /**
   * Each is tried once, and nothing is said: one that a program is attached to, the kernel keeps
   * (EBUSY). That is an owner which is there after all, or one whose end is not through yet; then
   * the next sweep has it.
   */
  static void removeOrphans(Path tracefs, EventOwners owners) {
    for (String event : events(tracefs)) {
      int end = event.indexOf('_');
      if (end > 1 && !owners.exists(event.substring(0, end))) {
        boolean _ = removed(tracefs, event);
      }
    }
  }

  /** Removes the events of an owner that has just been taken away. */
  static void removeOf(String owner) {
    Path tracefs = TraceFs.mounted();
    if (tracefs != null) {
      removeOf(tracefs, owner);
    }
  }

  static void removeOf(Path tracefs, String owner) {
    remove(
        tracefs, events(tracefs).stream().filter(event -> event.startsWith(owner + "_")).toList());
  }

  private static List<String> events(Path tracefs) {
    try (Stream<Path> entries = Files.list(tracefs.resolve("events/" + GROUP))) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of(); // No such group: nothing is left over.
    }
  }

  /** The kernel detaches a program some time after its last pin or descriptor is gone. */
  private static void remove(Path tracefs, List<String> events) {
    List<String> left = new ArrayList<>(events);
    for (int i = 0; i < TRIES; i++) {
      left.removeIf(event -> removed(tracefs, event));
      if (left.isEmpty()) {
        return;
      }
      LockSupport.parkNanos(BETWEEN_MILLIS * 1_000_000);
    }
    System.getLogger(ReturnProbes.class.getName())
        .log(
            System.Logger.Level.WARNING,
            "cannot remove trace events of " + GROUP + ": " + String.join(", ", left));
  }

  private static boolean removed(Path tracefs, String event) {
    try {
      append(tracefs, "-:" + GROUP + "/" + event);
      return true;
    } catch (IOException e) {
      return Files.notExists(tracefs.resolve("events/" + GROUP + "/" + event));
    }
  }

  private static void append(Path tracefs, String line) throws IOException {
    Files.write(
        tracefs.resolve("kprobe_events"),
        (line + "\n").getBytes(StandardCharsets.US_ASCII),
        StandardOpenOption.WRITE,
        StandardOpenOption.APPEND);
  }
}

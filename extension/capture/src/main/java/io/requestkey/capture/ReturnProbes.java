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

/**
 * Return probes with room for many sleeping calls, made through tracefs.
 *
 * <p>perf_event_open(2) gives a kretprobe a handful of slots, so that the returns of calls that
 * wait for a helper are lost (58 of 60 seen); tracefs takes the number, up to 4096. Owns the events
 * it makes.
 */
final class ReturnProbes implements AutoCloseable {

  private static final String GROUP = "requestkey";
  private static final int MAX_ACTIVE = 4096; // KRETPROBE_MAXACTIVE_MAX

  private final Path tracefs;
  private final List<String> events = new ArrayList<>();
  private final List<Integer> fds = new ArrayList<>();

  ReturnProbes(Path tracefs) {
    this.tracefs = tracefs;
    removeLeftOvers();
  }

  /**
   * Attaches a kretprobe program to the return of a function.
   *
   * @return 0 or the positive errno
   */
  int attach(BpfObject object, String program, String function) {
    String event = "p" + ProcessHandle.current().pid() + "_" + program;
    long id;
    try {
      append("r" + MAX_ACTIVE + ":" + GROUP + "/" + event + " " + function);
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
    return object.attachPerfEvent(program, (int) fd);
  }

  /** Detach the programs first. */
  @Override
  public void close() {
    // libbpf closes the fd with the link; one without a link is closed here.
    fds.clear();
    events.forEach(this::remove);
    events.clear();
  }

  /** Events of agents that were killed. */
  private void removeLeftOvers() {
    try (var entries = Files.list(tracefs.resolve("events/" + GROUP))) {
      for (Path entry : entries.toList()) {
        String name = String.valueOf(entry.getFileName());
        int end = name.indexOf('_');
        if (name.startsWith("p") && end > 1 && !alive(name.substring(1, end))) {
          remove(name);
        }
      }
    } catch (IOException e) {
      // No such group: nothing is left over.
    }
  }

  private static boolean alive(String pid) {
    return Files.exists(Path.of("/proc", pid));
  }

  private void remove(String event) {
    try {
      append("-:" + GROUP + "/" + event);
    } catch (IOException e) {
      System.getLogger(ReturnProbes.class.getName())
          .log(System.Logger.Level.WARNING, "cannot remove the trace event " + GROUP + "/" + event);
    }
  }

  private void append(String line) throws IOException {
    Files.write(
        tracefs.resolve("kprobe_events"),
        (line + "\n").getBytes(StandardCharsets.US_ASCII),
        StandardOpenOption.WRITE,
        StandardOpenOption.APPEND);
  }
}

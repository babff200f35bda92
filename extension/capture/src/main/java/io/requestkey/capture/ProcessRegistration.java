/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Enters processes that have published a context into the kernel side's table, and takes those out
 * that have ended.
 *
 * <p>A process may become another program at any moment. So its entry is first put into the table
 * without being used; then a look shows whether the process still is what was read; then it is put
 * to use if it is still there. An exec before the look is seen by the look, one after the entry has
 * taken the entry out. Not thread-safe.
 */
final class ProcessRegistration {

  private static final int TRIES = 10;
  private static final int RETRY_MILLIS = 5;

  /** PID_MAX_LIMIT, include/linux/threads.h. */
  private static final int MAX_PID = 1 << 22;

  private final ProcessTable table;
  private final Path proc;

  /**
   * A registration.
   *
   * @param proc {@code /proc}, of the initial pid namespace
   */
  ProcessRegistration(ProcessTable table, Path proc) {
    this.table = table;
    this.proc = proc;
  }

  /**
   * Reads a process and enters it.
   *
   * @param address where it says its context is; 0: not told
   * @return whether it is entered now
   */
  boolean register(int pid, long address) throws InterruptedException {
    return pid > 0 && pid <= MAX_PID && register(pid, proc.resolve(Integer.toString(pid)), address);
  }

  /**
   * Reads the calling process and enters it.
   *
   * @param pid its id in the initial pid namespace, which {@code /proc} need not have
   * @return whether it is entered now
   */
  boolean registerSelf(int pid) throws InterruptedException {
    return pid > 0 && register(pid, proc.resolve("self"), 0);
  }

  private boolean register(int pid, Path directory, long address) throws InterruptedException {
    ReadBudget budget = new ReadBudget();
    for (int i = 0; i < TRIES; i++) {
      try {
        Boolean entered = tryOnce(pid, directory, address, budget);
        if (entered != null) {
          return entered;
        }
      } catch (IOException | UncheckedIOException e) {
        break; // It has ended, may not be read, or has more to read than is sensible.
      }
      Thread.sleep(RETRY_MILLIS);
    }
    table.remove(pid);
    return false;
  }

  /** Null: it was changing, try again. */
  private @Nullable Boolean tryOnce(int pid, Path directory, long address, ReadBudget budget)
      throws IOException {
    long start = ProcessStart.bootNanos(directory);
    ProcessMaps maps = ProcessMaps.of(directory);
    Set<Long> places = new LinkedHashSet<>();
    for (ProcessMaps.Mapping mapping : maps.mappings()) {
      if (mapping.namedAsProcessContext()) {
        places.add(mapping.start());
      }
    }
    if (address != 0) {
      places.add(address);
    }
    try (ProcessMemory memory = new ProcessMemory(directory)) {
      boolean unstable = false;
      for (long place : places) {
        switch (PublishedContext.read(memory, place)) {
          case PublishedContext.Outcome.None() -> {}
          case PublishedContext.Outcome.Unstable() -> unstable = true;
          case PublishedContext.Outcome.Read(long publishedAt, ProcessContext context) -> {
            return enter(
                pid,
                directory,
                new ProcessEntry(
                    start,
                    variable(directory, maps, memory, context, budget),
                    context.serviceName()),
                place,
                publishedAt);
          }
        }
      }
      if (unstable) {
        return null;
      }
    }
    table.remove(pid);
    return false;
  }

  private static ThreadVariable variable(
      Path directory,
      ProcessMaps maps,
      ProcessMemory memory,
      ProcessContext context,
      ReadBudget budget)
      throws ReadBudget.SpentException {
    if (!context.threadsKeepRecords()) {
      return new ThreadVariable.None();
    }
    Long told = context.tlsOffset();
    return told != null
        ? new ThreadVariable.Static(told)
        : ThreadVariableFinder.find(directory, maps, memory, budget);
  }

  private @Nullable Boolean enter(
      int pid, Path directory, ProcessEntry entry, long place, long publishedAt)
      throws IOException {
    if (!table.enter(pid, entry)) {
      return false;
    }
    // Opened anew: the memory of what runs now.
    try (ProcessMemory now = new ProcessMemory(directory)) {
      if (PublishedContext.publishedAt(now, place) != publishedAt
          || ProcessStart.bootNanos(directory) != entry.startBootNanos()) {
        table.remove(pid);
        return null;
      }
    }
    return table.confirm(pid, entry);
  }

  /** Looks at every process of the host. */
  void scan() throws InterruptedException {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path directory : processes) {
        if (publishes(directory)) {
          register(Integer.parseInt(directory.getFileName().toString()), 0);
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException | NumberFormatException e) {
      // What was seen is entered; the rest is told by its next publication.
    }
  }

  private static boolean publishes(Path directory) {
    try {
      for (ProcessMaps.Mapping mapping : ProcessMaps.of(directory).mappings()) {
        if (mapping.namedAsProcessContext()) {
          return true;
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // It has ended, or may not be read.
    }
    return false;
  }

  /** Takes out what has ended. */
  void sweep() {
    for (int pid : table.pids()) {
      try {
        // A later process of the same id is not used either way: its start time is another one.
        long _ = ProcessStart.bootNanos(proc.resolve(Integer.toString(pid)));
      } catch (IOException | UncheckedIOException e) {
        table.remove(pid);
      }
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Those that made trace events, by the names they have in them, and whether they are still there: a
 * process, {@code pPID}; one of a container, {@code nNAMESPACEpPID}; a directory of {@link Pins},
 * {@code dNAME}. What cannot be told from here is taken to be there.
 *
 * <p>One that is asked for processes of other pid namespaces looks once, so it is to be had anew
 * for each sweep. Not thread-safe.
 */
final class EventOwners {

  private final Path proc;
  private final @Nullable Path pins;
  private final long namespace;

  /** Processes of the host, as {@code nNAMESPACEpPID}; null: not looked yet. */
  private @Nullable Set<String> running;

  private boolean allSeen;

  /**
   * Sees what is given.
   *
   * @param proc {@code /proc}
   * @param pins our directory in the bpffs, whether it is there or not; null without a bpffs
   * @param namespace inode number of this process's pid namespace; 0 when it cannot be told
   */
  EventOwners(Path proc, @Nullable Path pins, long namespace) {
    this.proc = proc;
    this.pins = pins;
    this.namespace = namespace;
  }

  static EventOwners seenFromHere() {
    return new EventOwners(
        Path.of("/proc"), BpfFs.mounted() ? Pins.ROOT : null, PidNamespace.own());
  }

  /** In a container the number of its pid namespace goes before that of the process. */
  static String thisProcess() {
    long pid = ProcessHandle.current().pid();
    long namespace = PidNamespace.own();
    return namespace == PidNamespace.INITIAL ? "p" + pid : "n" + namespace + "p" + pid;
  }

  /** A set of pinned programs. */
  static String of(Path directory) {
    return "d" + directory.getFileName();
  }

  /** Whether it is there, for all that can be told. */
  boolean exists(String owner) {
    boolean initial = namespace == PidNamespace.INITIAL;
    return switch (owner.charAt(0)) {
      case 'p' -> !initial || Files.exists(proc.resolve(owner.substring(1)));
      case 'n' -> {
        int pid = owner.indexOf('p');
        if (pid < 0) {
          yield true;
        }
        if (owner.substring(1, pid).equals(Long.toString(namespace))) {
          yield Files.exists(proc.resolve(owner.substring(pid + 1)));
        }
        yield !initial || existsInOtherNamespace(owner);
      }
      // A container has a bpffs of its own, as a rule, but the host's trace events.
      case 'd' -> !initial || pins == null || !Files.notExists(pins.resolve(owner.substring(1)));
      default -> true;
    };
  }

  private boolean existsInOtherNamespace(String owner) {
    if (running == null) {
      running = new HashSet<>();
      allSeen = look(running);
    }
    return !allSeen || running.contains(owner);
  }

  /** The initial namespace has the processes of all; false: not all could be looked at. */
  private boolean look(Set<String> found) {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        try {
          long of =
              PidNamespace.parse(Files.readSymbolicLink(process.resolve("ns/pid")).toString());
          if (of != PidNamespace.INITIAL) {
            found.add("n" + of + "p" + innermostPid(process));
          }
        } catch (IOException e) {
          if (Files.exists(process)) {
            return false;
          }
        }
      }
      return true;
    } catch (IOException | DirectoryIteratorException e) {
      return false;
    }
  }

  /** The last of {@code NSpid}: the id in the process's own namespace. */
  private static String innermostPid(Path process) throws IOException {
    for (String line : Files.readAllLines(process.resolve("status"))) {
      if (line.startsWith("NSpid:")) {
        return line.substring(line.lastIndexOf('\t') + 1).strip();
      }
    }
    throw new IOException("no NSpid");
  }
}

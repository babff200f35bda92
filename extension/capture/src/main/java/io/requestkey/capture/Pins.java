/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Our directory in the bpffs, one directory in it for each set of programs. One agent has it at a
 * time: it is locked, and the lock goes with the process. Nothing else in the bpffs is touched.
 */
final class Pins implements AutoCloseable {

  static final Path ROOT = BpfFs.MOUNT.resolve("requestkey");

  private static final int O_CLOEXEC = 0x80000;
  private static final int LOCK_EX_NB = 2 | 4;
  static final int EAGAIN = 11;

  private final int lock;

  private Pins(int lock) {
    this.lock = lock;
  }

  /**
   * Takes the directory, which is made when it is missing.
   *
   * @throws CaptureException when it cannot be had: not permitted, or another agent has it
   */
  static Pins take() throws CaptureException {
    BpfFs.require();
    makeDirectory(ROOT);
    int lock = lock(ROOT);
    if (lock < 0) {
      throw new CaptureException(
          lock == -EAGAIN
              ? "another agent that runs has " + ROOT
              : "cannot lock " + ROOT + ": " + Errno.name(-lock));
    }
    return new Pins(lock);
  }

  /** A descriptor that has the lock on a directory, or the negative errno. */
  static int lock(Path directory) {
    int fd = LibC.open(directory.toString(), O_CLOEXEC);
    if (fd < 0) {
      return fd;
    }
    int result = LibC.flock(fd, LOCK_EX_NB);
    if (result < 0) {
      LibC.close(fd);
      return result;
    }
    return fd;
  }

  static void makeDirectory(Path directory) throws CaptureException {
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectory(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new CaptureException("cannot make " + directory + ": " + e.getMessage(), e);
    }
  }

  /** The sets that were left, finished or not, oldest name first. */
  List<Path> directories() throws CaptureException {
    try (Stream<Path> entries = Files.list(ROOT)) {
      return entries
          .filter(Files::isDirectory)
          .filter(entry -> !TrialPins.isOne(entry))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new CaptureException("cannot list " + ROOT + ": " + e.getMessage(), e);
    }
  }

  /** A new directory for a set of the given key. */
  Path make(String key) throws CaptureException {
    Path directory = ROOT.resolve(key);
    for (int i = 2; Files.exists(directory); i++) {
      directory = ROOT.resolve(key + "x" + i);
    }
    makeDirectory(directory);
    return directory;
  }

  /**
   * Removes a set. Its programs are detached when no process holds them.
   *
   * @return names of what was removed, below the bpffs
   */
  static List<String> remove(Path directory) throws CaptureException {
    List<String> removed = new ArrayList<>();
    try (Stream<Path> tree = Files.walk(directory)) {
      // The manifest first: from now on it is not finished. Then what attaches, then the maps.
      List<Path> files = new ArrayList<>(tree.toList());
      files.sort((a, b) -> Integer.compare(rank(b), rank(a)));
      for (Path file : files) {
        boolean pin = rank(file) > 1;
        Files.delete(file);
        if (pin) {
          removed.add(ROOT.relativize(file).toString());
        }
      }
    } catch (NoSuchFileException e) {
      // Gone already.
    } catch (IOException e) {
      throw new CaptureException("cannot remove " + directory + ": " + e.getMessage(), e);
    }
    return removed;
  }

  private static int rank(Path file) {
    if (!Files.isDirectory(file)) {
      return switch (String.valueOf(file.getFileName().toString())) {
        case "manifest" -> 4;
        default -> String.valueOf(file.getParent()).endsWith("/links") ? 3 : 2;
      };
    }
    return String.valueOf(file.getFileName()).matches("maps|links") ? 1 : 0;
  }

  /** Removes the directory itself, unless a trial is in it. */
  static void removeRoot() throws CaptureException {
    removeRoot(ROOT);
  }

  static void removeRoot(Path root) throws CaptureException {
    try {
      Files.deleteIfExists(root);
    } catch (IOException e) {
      if (!onlyTrials(root)) {
        throw new CaptureException("cannot remove " + root + ": " + e.getMessage(), e);
      }
    }
  }

  private static boolean onlyTrials(Path root) {
    try (Stream<Path> entries = Files.list(root)) {
      return entries.allMatch(entry -> TrialPins.isOne(entry) && TrialPins.inUse(entry));
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    LibC.close(lock);
  }
}

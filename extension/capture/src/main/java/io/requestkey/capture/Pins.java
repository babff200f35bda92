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
  private static final int EAGAIN = 11;
  private static final String TRIAL = "trial_";

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
    int fd = LibC.open(ROOT.toString(), O_CLOEXEC);
    if (fd < 0) {
      throw new CaptureException("cannot open " + ROOT + ": " + Errno.name(-fd));
    }
    int errno = -LibC.flock(fd, LOCK_EX_NB);
    if (errno != 0) {
      LibC.close(fd);
      throw new CaptureException(
          errno == EAGAIN
              ? "another agent that runs has " + ROOT
              : "cannot lock " + ROOT + ": " + Errno.name(errno));
    }
    return new Pins(fd);
  }

  private static void makeDirectory(Path directory) throws CaptureException {
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
          .filter(entry -> !String.valueOf(entry.getFileName()).startsWith(TRIAL))
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

  /** A directory that is removed again at once, to see whether pinning works; needs no lock. */
  static Path makeTrial() throws CaptureException {
    BpfFs.require();
    makeDirectory(ROOT);
    Path directory = ROOT.resolve(TRIAL + ProcessHandle.current().pid());
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

  /** Removes the directory itself, when nothing is in it any more. */
  static void removeRoot() throws CaptureException {
    try {
      Files.deleteIfExists(ROOT);
    } catch (IOException e) {
      throw new CaptureException("cannot remove " + ROOT + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    LibC.close(lock);
  }
}

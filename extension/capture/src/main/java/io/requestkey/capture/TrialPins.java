/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A directory that is removed again at once, to see whether pinning works; it can be had while an
 * agent has the rest. It is locked as long as it is tried: the lock goes with the process, in
 * whatever pid namespace that was, so that what it left can be told from what is in use.
 */
final class TrialPins implements AutoCloseable {

  private static final String PREFIX = "trial_";
  private static final int TRIES = 20;
  private static final long BETWEEN_NANOS = 1_000_000;
  private static final int ENOENT = 2;

  private final Path directory;
  private final int lock;

  private TrialPins(Path directory, int lock) {
    this.directory = directory;
    this.lock = lock;
  }

  static TrialPins make() throws CaptureException {
    BpfFs.require();
    return make(Pins.ROOT);
  }

  static TrialPins make(Path root) throws CaptureException {
    Pins.makeDirectory(root);
    Path directory = root.resolve(PREFIX + EventOwners.thisProcess());
    int lock = 0;
    for (int i = 0; i < TRIES; i++) {
      Pins.makeDirectory(directory);
      lock = Pins.lock(directory);
      if (lock >= 0) {
        if (Files.isDirectory(directory)) {
          return new TrialPins(directory, lock);
        }
        LibC.close(lock);
        lock = -ENOENT;
      }
      // It was taken for one that was left, before it was locked.
      LockSupport.parkNanos(BETWEEN_NANOS);
    }
    throw new CaptureException("cannot lock " + directory + ": " + Errno.name(-lock));
  }

  static boolean isOne(Path directory) {
    return String.valueOf(directory.getFileName()).startsWith(PREFIX);
  }

  /** Whose trace events its programs have, see {@link EventOwners}. */
  static String owner(Path directory) {
    return String.valueOf(directory.getFileName()).substring(PREFIX.length());
  }

  /** Those whose process has ended, which are to be removed; the caller has the lock on all. */
  static List<Path> abandoned(Path root) throws CaptureException {
    try (Stream<Path> entries = Files.list(root)) {
      return entries.filter(TrialPins::isOne).filter(entry -> !inUse(entry)).toList();
    } catch (IOException e) {
      throw new CaptureException("cannot list " + root + ": " + e.getMessage(), e);
    }
  }

  static boolean inUse(Path directory) {
    int lock = Pins.lock(directory);
    if (lock >= 0) {
      LibC.close(lock);
    }
    return lock == -Pins.EAGAIN;
  }

  Path directory() {
    return directory;
  }

  /** Removes it. */
  void remove() throws CaptureException {
    List<String> _ = Pins.remove(directory);
  }

  /** Lets go of it; what has not been removed is left. */
  @Override
  public void close() {
    LibC.close(lock);
  }
}

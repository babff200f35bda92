/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A journal's directory, locked: nobody else writes to it while this is open. */
final class JournalDirectory implements AutoCloseable {

  /** Files kept in {@link JournalFiles#DAMAGED}; the oldest go, so that they fill no disk. */
  static final int MAX_SET_ASIDE = 32;

  static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private static final int MAX_PID_TEXT = 16;

  private final Path path;
  private final FileChannel lockFile;

  private JournalDirectory(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /**
   * Opens a directory, or makes it.
   *
   * @throws JournalException when it cannot be used, with the reason
   */
  static JournalDirectory open(Path path) throws JournalException {
    try {
      return open(path, effectiveUser());
    } catch (IOException e) {
      throw new JournalException("journal " + path + ": " + IoReason.of(e));
    }
  }

  /** As {@link #open(Path)}, for a process of that user. */
  static JournalDirectory open(Path path, int user) throws IOException, JournalException {
    make(path);
    check(path, user);
    return new JournalDirectory(path, lock(path));
  }

  private static void make(Path path) throws IOException, JournalException {
    if (Files.isDirectory(path)) {
      return;
    }
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new JournalException("journal " + path + " is not a directory");
    }
    Path parent = path.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try {
      Path _ = Files.createDirectory(path, DIRECTORY_MODE);
    } catch (FileAlreadyExistsException e) {
      // By another agent, just now: the lock decides.
    }
  }

  /** What is in it decides what is sent: nobody else may be able to put something there. */
  private static void check(Path path, int user) throws IOException, JournalException {
    Object owner = Files.getAttribute(path, "unix:uid");
    if (!owner.equals(user)) {
      throw new JournalException(
          "journal " + path + " belongs to user " + owner + ", not to user " + user + " (us)");
    }
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(path);
    if (mode.contains(PosixFilePermission.GROUP_WRITE)
        || mode.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new JournalException(
          "journal "
              + path
              + " can be written to by others ("
              + PosixFilePermissions.toString(mode)
              + "): chmod go-w "
              + path);
    }
  }

  private static FileChannel lock(Path path) throws IOException, JournalException {
    Path file = path.resolve(JournalFiles.LOCK);
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS),
            FILE_MODE);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse(path, channel);
      }
    } catch (OverlappingFileLockException e) {
      JournalException inUse = inUse(path, channel);
      channel.close();
      throw inUse;
    } catch (IOException | JournalException e) {
      channel.close();
      throw e;
    }
    say(channel, Long.toString(ProcessHandle.current().pid()));
    return channel;
  }

  private static JournalException inUse(Path path, FileChannel channel) throws IOException {
    String who = holder(channel).map(pid -> " (pid " + pid + ")").orElse("");
    return new JournalException("journal " + path + " is in use by another agent" + who);
  }

  /** The pid in a lock file. */
  static Optional<Long> holder(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(MAX_PID_TEXT);
    int read = channel.read(text, 0);
    String digits =
        new String(text.array(), 0, Math.max(0, read), StandardCharsets.US_ASCII).strip();
    try {
      return Optional.of(Long.parseLong(digits));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** For people only, so a full disk does not matter. */
  private static void say(FileChannel channel, String pid) {
    try {
      channel.truncate(0);
      int _ = channel.write(ByteBuffer.wrap((pid + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
    } catch (IOException e) {
      // The lock itself is held all the same.
    }
  }

  Path path() {
    return path;
  }

  Path file(String name) {
    return path.resolve(name);
  }

  /** Names of what is in it, sorted. */
  static List<String> names(Path path) throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  /** Makes the names themselves durable, where the file system can (some refuse: EINVAL). */
  void force() {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Such a file system does it in its own time.
    }
  }

  /** Moves a file to where what is damaged is kept. */
  void setAside(Path file) throws IOException {
    Path damaged = file(JournalFiles.DAMAGED);
    if (!Files.isDirectory(damaged, LinkOption.NOFOLLOW_LINKS)) {
      Path _ = Files.createDirectory(damaged, DIRECTORY_MODE);
    }
    makeRoom(damaged);
    String name = String.valueOf(file.getFileName());
    Path target = damaged.resolve(name);
    for (int i = 1; Files.exists(target, LinkOption.NOFOLLOW_LINKS); i++) {
      target = damaged.resolve(name + "." + i);
    }
    Path _ = Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void makeRoom(Path damaged) throws IOException {
    List<Path> kept = new ArrayList<>();
    try (Stream<Path> files = Files.list(damaged)) {
      files.forEach(kept::add);
    }
    kept.sort(Comparator.comparingLong(file -> file.toFile().lastModified()));
    for (int i = 0; i <= kept.size() - MAX_SET_ASIDE; i++) {
      Files.deleteIfExists(kept.get(i));
    }
  }

  /** The user whose files a new file would be. */
  private static int effectiveUser() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("Uid:")) {
        return Integer.parseUnsignedInt(line.split("\\s+", -1)[2]);
      }
    }
    throw new IOException("/proc/self/status names no user");
  }

  @Override
  public void close() {
    say(lockFile, "");
    closeQuietly(lockFile);
  }

  static void closeQuietly(@Nullable AutoCloseable closeable) {
    try {
      if (closeable != null) {
        closeable.close();
      }
    } catch (Exception e) {
      // Nothing was written through it that this could lose.
    }
  }
}

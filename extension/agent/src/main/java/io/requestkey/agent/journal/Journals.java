/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Opens journals. */
public final class Journals {

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path RANDOM = Path.of("/dev/urandom");

  private Journals() {}

  /**
   * Opens a journal, makes sense of what an earlier run left, and makes the readers.
   *
   * @param readers names of all readers of this run, of lower-case letters and digits; a reader of
   *     an earlier run that is not among them is given up, so that it holds nothing any more
   * @param messages gets one line for each thing a person should know, from any thread
   * @throws JournalException when it cannot be used, with the reason
   */
  public static HitJournal open(
      JournalOptions options, Set<String> readers, Consumer<String> messages)
      throws JournalException {
    return open(options, readers, messages, new SystemClocks(), FileStore::writeZeros);
  }

  static SegmentJournal open(
      JournalOptions options,
      Set<String> readers,
      Consumer<String> messages,
      Clocks clocks,
      FileStore.Allocator allocator)
      throws JournalException {
    Path path = options.directory();
    if (path == null) {
      Recovery.Found nothing = new Recovery.Found(List.of(), Map.of(), Map.of(), 0, -1);
      try {
        return begun(options, new MemoryStore(), nothing, "in memory", clocks, readers, messages);
      } catch (IOException e) {
        throw new JournalException("journal in memory: " + IoReason.of(e));
      }
    }
    JournalDirectory directory = JournalDirectory.open(path);
    FileStore store = new FileStore(directory, options.sync() == SyncPolicy.ALWAYS, allocator);
    try {
      return begun(
          options,
          store,
          Recovery.recover(directory, store, messages),
          path.toString(),
          clocks,
          readers,
          messages);
    } catch (IOException e) {
      store.release();
      throw new JournalException("journal " + path + ": " + IoReason.of(e));
    } catch (RuntimeException e) {
      store.release();
      throw e;
    }
  }

  private static SegmentJournal begun(
      JournalOptions options,
      SegmentStore store,
      Recovery.Found found,
      String name,
      Clocks clocks,
      Set<String> readers,
      Consumer<String> messages)
      throws IOException {
    SegmentJournal journal =
        new SegmentJournal(
            options,
            store,
            found,
            clocks,
            bootId(),
            Journals::random,
            new Messages(name, messages));
    journal.begin(readers);
    return journal;
  }

  /** What this boot is called in frames. */
  public static String bootId() throws IOException {
    return Files.readString(BOOT_ID).strip();
  }

  /** From the kernel: setting up a SecureRandom takes longer than the rest of the start. */
  private static long random() {
    try (DataInputStream in = new DataInputStream(Files.newInputStream(RANDOM))) {
      return in.readLong();
    } catch (IOException e) {
      return new SecureRandom().nextLong();
    }
  }
}

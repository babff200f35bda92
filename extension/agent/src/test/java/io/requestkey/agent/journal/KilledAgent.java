/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;

/**
 * Appends and acknowledges until it is killed, and notes in a mapped file, which outlives it, what
 * it was told: a process of its own for {@link KillTest}.
 */
final class KilledAgent {

  /** Longs in the file of notes. */
  static final int APPENDED = 0;

  static final int ACKNOWLEDGED = 8;
  static final int NOTES_BYTES = 4096;

  private KilledAgent() {}

  /** Arguments: the directory, the file of notes. */
  public static void main(String[] args) throws Exception {
    MemorySegment notes = notes(Path.of(args[1]), Arena.global());
    SegmentJournal journal =
        Journals.open(
            JournalFixture.files(Path.of(args[0]), 64),
            Set.of("logs"),
            System.err::println,
            new SystemClocks(),
            FileStore::writeZeros);
    Thread reader = Thread.ofPlatform().daemon(true).start(() -> acknowledge(journal, notes));
    while (reader.isAlive()) {
      long number = journal.end();
      byte[] record = JournalFixture.record(number);
      if (journal.append(MemorySegment.ofArray(record), 0, record.length)) {
        notes.set(Bytes.LONG, APPENDED, number + 1);
      }
    }
  }

  private static void acknowledge(SegmentJournal journal, MemorySegment notes) {
    JournalReader reader = journal.reader("logs");
    try {
      while (true) {
        for (Frame frame : reader.take(32, Duration.ofSeconds(1), Duration.ZERO)) {
          byte[] account = new byte[8];
          Bytes.LONG_IN_ARRAY.set(account, 0, frame.number() + 1);
          reader.acknowledge(frame.number() + 1, account);
          notes.set(Bytes.LONG, ACKNOWLEDGED, frame.number() + 1);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static MemorySegment notes(Path file, Arena arena) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(MapMode.READ_WRITE, 0, NOTES_BYTES, arena);
    }
  }
}

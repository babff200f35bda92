/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A journal under test. Records are made from their number, so that any mix-up shows. */
final class JournalFixture implements AutoCloseable {

  static final int SEGMENT = JournalOptions.MIN_SEGMENT_BYTES;
  static final Set<String> READERS = Set.of("logs", "traces");
  static final byte[] NO_ACCOUNT = {};

  final FakeClocks clocks = new FakeClocks();
  final List<String> messages = Collections.synchronizedList(new ArrayList<>());
  final JournalOptions options;
  FileStore.Allocator allocator = FileStore::writeZeros;
  private @Nullable SegmentJournal journal;

  JournalFixture(JournalOptions options) {
    this.options = options;
  }

  /** An open journal in files, of 16 segments, below a directory of the test's. */
  static JournalFixture in(Path temporary) throws JournalException {
    return new JournalFixture(files(temporary.resolve("journal"), 16)).open();
  }

  /** Where its files are. */
  Path directory() {
    return Objects.requireNonNull(options.directory());
  }

  static JournalOptions files(Path directory, int segments) {
    return new JournalOptions(
        directory,
        (long) segments * SEGMENT,
        SEGMENT,
        SyncPolicy.NONE,
        Duration.ofSeconds(1),
        FullPolicy.STOP);
  }

  static JournalOptions memory(int segments) {
    return new JournalOptions(
        null,
        (long) segments * SEGMENT,
        SEGMENT,
        SyncPolicy.NONE,
        Duration.ofSeconds(1),
        FullPolicy.STOP);
  }

  JournalFixture open() throws JournalException {
    return open(READERS);
  }

  JournalFixture open(Set<String> readers) throws JournalException {
    journal = Journals.open(options, readers, messages::add, clocks, allocator);
    return this;
  }

  SegmentJournal journal() {
    assertThat(journal).isNotNull();
    return Objects.requireNonNull(journal);
  }

  /** An allocator for a test that has a full disk. */
  static void refuse(FileChannel channel, long bytes) throws IOException {
    FileStore.writeZeros(channel, bytes / 2);
    throw new FileSystemException("segment", null, "No space left on device");
  }

  /** 100 to 999 bytes that depend on the number. */
  static byte[] record(long number) {
    Random random = new Random(number * 31 + 7);
    byte[] record = new byte[100 + random.nextInt(900)];
    random.nextBytes(record);
    return record;
  }

  boolean append() {
    return append(record(journal().end()));
  }

  boolean append(byte[] record) {
    return journal().append(MemorySegment.ofArray(record), 0, record.length);
  }

  void append(int count) {
    for (int i = 0; i < count; i++) {
      assertThat(append()).as("record %d is taken", i).isTrue();
    }
  }

  /** Appends until the journal has no room. */
  int fill() {
    int count = 0;
    while (append()) {
      count++;
    }
    return count;
  }

  List<Frame> take(String reader, int max) throws InterruptedException {
    return journal().reader(reader).take(max, Duration.ZERO, Duration.ZERO);
  }

  /** All there is, checked against their numbers. */
  List<Long> takeAll(String reader) throws InterruptedException {
    List<Long> numbers = new ArrayList<>();
    for (List<Frame> batch = take(reader, 64); !batch.isEmpty(); batch = take(reader, 64)) {
      for (Frame frame : batch) {
        assertThat(frame.record()).as("frame %d", frame.number()).isEqualTo(record(frame.number()));
        numbers.add(frame.number());
      }
    }
    return numbers;
  }

  /** Takes and acknowledges all there is. */
  List<Long> finish(String reader) throws InterruptedException {
    List<Long> numbers = takeAll(reader);
    journal().reader(reader).acknowledge(journal().end(), NO_ACCOUNT);
    return numbers;
  }

  JournalReader reader(String name) {
    return journal().reader(name);
  }

  /** As after the process was killed: what is in memory is forgotten, the files are as they are. */
  JournalFixture killAndOpen() throws JournalException {
    abandon();
    return open();
  }

  /** Ends it without completing anything, as a kill does. */
  void abandon() {
    if (journal != null) {
      journal.abandon();
      journal = null;
    }
  }

  JournalFixture closeAndOpen() throws JournalException {
    close();
    return open();
  }

  @Override
  public void close() {
    if (journal != null) {
      journal.release();
      journal = null;
    }
  }
}

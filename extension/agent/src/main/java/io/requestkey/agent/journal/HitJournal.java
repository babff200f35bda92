/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The only queue between the ring and the delivery: numbered frames, kept until every reader has
 * acknowledged them.
 *
 * <p>One thread appends; each reader has a thread of its own; everything else is for any thread.
 */
public interface HitJournal extends AutoCloseable {

  /**
   * Copies one record in and stamps it. Ring thread only.
   *
   * @param data memory that holds the record; not kept
   * @param offset where it begins
   * @param length its bytes
   * @return false when there is no room now (size bound, disk full, closed): the record was not
   *     taken and stays in the ring
   */
  boolean append(MemorySegment data, long offset, int length);

  /**
   * The reader of that name, made on first use: a new one begins at the journal's present end, one
   * known from an earlier run goes on at its cursor. One thread per reader.
   */
  JournalReader reader(String name);

  /** The number after the last one appended. */
  long end();

  /** Bytes of the frames held. */
  long bytes();

  /** Frames known to be lost to damage: torn, flipped, in a segment that is missing or unfit. */
  long damaged();

  /** Frames dropped to make room for newer ones, where the options ask for that. */
  long dropped();

  /**
   * How many {@code KEY_FREED} records it holds with numbers from {@code from} to before {@code
   * to}. Looks at each record: for the start of an agent.
   */
  long keysFreed(long from, long to);

  /**
   * A small durable value beside the journal.
   *
   * @return what was last written, also by an earlier run
   */
  Optional<byte[]> state(String name);

  /** Replaces a small durable value as a whole: after a crash it is the old one or the new one. */
  void state(String name, byte[] value);

  /** Takes no more records; readers can still read and acknowledge. */
  @Override
  void close();
}

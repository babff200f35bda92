/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The queue between the ring and the delivery: what was appended stays until every reader has
 * acknowledged it.
 *
 * <p>Each signal has a reader of its own, known by the signal's name. The journal itself knows
 * nothing of telemetry.
 */
public interface HitJournal extends AutoCloseable {

  /**
   * Copies one record in and stamps it. For the ring's thread only.
   *
   * @param data memory that holds the record; not kept
   * @param offset where it begins
   * @param length its bytes
   * @return false when there is no room now, for the size bound or a full disk; the record was not
   *     taken and stays in the ring
   */
  boolean append(MemorySegment data, long offset, int length);

  /**
   * The reader of that name, made on first use. A new one begins at the journal's present end; one
   * known from an earlier run goes on at its cursor. One thread per reader.
   */
  JournalReader reader(String name);

  /** Last number appended + 1. Any thread. */
  long end();

  /** Bytes held. Any thread. */
  long bytes();

  /** Frames known to be lost to damage: torn, flipped, in a missing segment. Any thread. */
  long damaged();

  /** Frames dropped to make room, where the journal may. Any thread. */
  long dropped();

  /**
   * A small durable value beside the journal.
   *
   * @param name of letters
   * @return as last stored, also by an earlier run; empty if it never was or is damaged
   */
  Optional<byte[]> state(String name);

  /** Replaces a small durable value, all or nothing. */
  void state(String name, byte[] value);

  /** Refuses to append from now on; readers can still read. */
  @Override
  void close();
}

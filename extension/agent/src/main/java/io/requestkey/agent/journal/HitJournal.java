/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;

/**
 * The queue between the ring and the delivery: what was appended stays until it is acknowledged.
 *
 * <p>One thread appends, one other takes and acknowledges; {@link #pending} and {@link #bytes} are
 * for any thread.
 */
public interface HitJournal extends AutoCloseable {

  /**
   * Copies one record in.
   *
   * @param data memory that holds the record; not kept
   * @param offset where it begins
   * @param length its bytes
   * @return false when there is no room now; the record was not taken
   */
  boolean append(MemorySegment data, long offset, int length);

  /**
   * The oldest records not yet taken. Waits for the first, then for more until the batch is full or
   * the linger time is over.
   *
   * @param max how many at most
   * @param wait how long to wait for the first
   * @param linger how long to wait for more
   * @return possibly empty; the arrays are the caller's
   */
  List<byte[]> take(int max, Duration wait, Duration linger) throws InterruptedException;

  /** Releases the oldest {@code count} of the taken records. */
  void acknowledge(int count);

  /** Records appended and not yet acknowledged. */
  long pending();

  /** Bytes of these records. */
  long bytes();

  /** Takes no more records; those in it can still be taken. */
  @Override
  void close();
}

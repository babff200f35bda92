/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One reader's way through the journal, with the books it keeps beside its cursor. One thread. */
public interface JournalReader {

  /**
   * The oldest frames this reader has not taken yet, in order. Waits for the first, then for more
   * until there are enough or the linger time is over. Numbers that are missing are frames that are
   * lost.
   *
   * @param max how many at most
   * @param wait how long to wait for the first
   * @param linger how long to wait for more
   * @return possibly empty
   */
  List<Frame> take(int max, Duration wait, Duration linger) throws InterruptedException;

  /**
   * Everything numbered below {@code next} is done with for this reader. The cursor and the account
   * become durable together.
   *
   * @param account what this reader's books say then
   */
  void acknowledge(long next, byte[] account);

  /** The account of the last acknowledgement, also of an earlier run. */
  Optional<byte[]> account();

  /** The cursor: the number of the oldest frame not acknowledged. Any thread. */
  long next();

  /** How many numbers are not acknowledged. Any thread. */
  long pending();
}

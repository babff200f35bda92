/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One reader's way through the journal. {@link #take} and {@link #acknowledge} are for one thread,
 * the rest is for any.
 *
 * <p>A number that is missing between two frames was lost to damage or dropped; {@link #damaged}
 * and {@link #dropped} say how many of them lie below {@link #next}.
 */
public interface JournalReader {

  /**
   * The oldest frames not yet taken by this reader, in order. Waits for the first, then for more
   * until {@code max} are there or the linger time is over.
   *
   * @param max how many at most; fewer are taken together if they are long
   * @param wait how long to wait for the first
   * @param linger how long to wait for more
   * @return possibly empty; the arrays are the caller's
   */
  List<Frame> take(int max, Duration wait, Duration linger) throws InterruptedException;

  /**
   * Numbers that no frame comes for.
   *
   * @param from the first
   * @param to the number after the last
   * @param dropped whether they were dropped to make room; else damage has taken them
   * @param keysFreed how many of them are known to be {@code KEY_FREED} records; of the others the
   *     kind is another one, or not known any more
   */
  record Gap(long from, long to, boolean dropped, long keysFreed) {

    /** How many numbers. */
    public long length() {
      return to - from;
    }
  }

  /**
   * The gaps that {@link #take} has come to since this was last asked, in order: where it returned
   * frames, before, between and after them. For the thread that takes.
   */
  List<Gap> gaps();

  /**
   * Everything numbered below {@code next} is done with for this reader, and {@code account} is
   * what its books say then. Both become durable together.
   *
   * @param next at most what was taken or found missing; {@link HitJournal#end} after an empty take
   * @param account at most {@link JournalOptions#MAX_ACCOUNT_BYTES}; copied
   */
  void acknowledge(long next, byte[] account);

  /** The account of the last acknowledgement, also of an earlier run. */
  Optional<byte[]> account();

  /** The oldest number not yet acknowledged. */
  long next();

  /** Numbers appended and not yet acknowledged. */
  long pending();

  /**
   * Numbers below {@link #next} that this reader never got, because damage had taken them. Kept
   * with the cursor, so it goes on in the next run.
   */
  default long damaged() {
    return 0;
  }

  /** As {@link #damaged}, of those that were dropped to make room. */
  default long dropped() {
    return 0;
  }
}

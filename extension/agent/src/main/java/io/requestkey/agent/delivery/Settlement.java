/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Follows the frames a lane has taken until each has met its fate, in whatever order; tells how far
 * all have. For one thread, but for {@link #open} and {@link #oldestObservedEpochNanos}.
 */
final class Settlement {

  private final SignalBooks books;
  private final Deque<Gap> gaps = new ArrayDeque<>();

  /**
   * Fates of frames taken, from the cursor on, without gaps: a ring that begins at {@code head}.
   */
  private @Nullable Fate[] fates = new Fate[1024];

  private long[] observed = new long[1024];
  private int head;
  private int size;

  private long cursor;
  private long nextNumber;
  private int unsettled;
  private volatile int open;
  private volatile long oldestObserved;

  /** Frames that are not in the journal, and how many hits they stand for. */
  private record Gap(long number, long length, String reason, long hits) {}

  Settlement(SignalBooks books, long cursor) {
    this.books = books;
    this.cursor = cursor;
    this.nextNumber = cursor;
  }

  /** The number of the next frame to be taken, if there is no gap. */
  long nextNumber() {
    return nextNumber;
  }

  /** All numbers up to this one are missing. They are lost for this reason, with so many hits. */
  void missing(long until, String reason, long hits) {
    long length = until - nextNumber;
    gaps.add(new Gap(nextNumber, length, reason, hits));
    books.settledLost(nextNumber, length, reason, hits);
    nextNumber = until;
  }

  /** The frame was taken. */
  void taken(long number, long observedEpochNanos) {
    if (number != nextNumber) {
      throw new IllegalArgumentException("frame " + number + " instead of " + nextNumber);
    }
    if (size == fates.length) {
      grow();
    }
    int slot = slot(size);
    fates[slot] = null;
    observed[slot] = observedEpochNanos;
    size++;
    nextNumber++;
    unsettled++;
    open = unsettled;
    if (size == 1) {
      oldestObserved = observedEpochNanos;
    }
  }

  /** The frame has met its fate. What comes second for the same frame is of no effect. */
  void settle(long number, Fate fate) {
    long index = number - cursor;
    for (Gap gap : gaps) {
      if (gap.number() < number) {
        index -= gap.length();
      }
    }
    if (index < 0 || index >= size || fates[slot((int) index)] != null) {
      return;
    }
    fates[slot((int) index)] = fate;
    unsettled--;
    open = unsettled;
    books.settled(number, fate);
  }

  /** Moves the cursor beyond all that is settled, and tells where it is. */
  long advance() {
    while (true) {
      Gap gap = gaps.peek();
      if (gap != null && gap.number() == cursor) {
        books.keepLost(gap.number(), gap.length(), gap.reason(), gap.hits());
        cursor += gap.length();
        gaps.remove();
        continue;
      }
      Fate fate = size == 0 ? null : fates[head];
      if (fate == null) {
        oldestObserved = size == 0 ? 0 : observed[head];
        return cursor;
      }
      books.keep(cursor, fate);
      fates[head] = null;
      head = slot(1);
      size--;
      cursor++;
    }
  }

  private int slot(int index) {
    return (head + index) & (fates.length - 1);
  }

  private void grow() {
    @Nullable Fate[] moreFates = new Fate[fates.length * 2];
    long[] moreObserved = new long[moreFates.length];
    for (int i = 0; i < size; i++) {
      moreFates[i] = fates[slot(i)];
      moreObserved[i] = observed[slot(i)];
    }
    fates = moreFates;
    observed = moreObserved;
    head = 0;
  }

  /** Frames taken that have not met their fate. Any thread. */
  int open() {
    return open;
  }

  /** When the frame at the cursor was taken from the ring; 0 if none is under way. Any thread. */
  long oldestObservedEpochNanos() {
    return oldestObserved;
  }
}

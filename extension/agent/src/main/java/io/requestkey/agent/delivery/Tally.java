/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Fates, counted. Not thread-safe. */
final class Tally {

  private long delivered;
  private long noHitsBefore;
  private long noHitsSince;
  private long gone;
  private final SortedMap<String, Long> lost = new TreeMap<>();

  /**
   * Counts a frame.
   *
   * @param closed whether it is of a closed epoch, in which each frame was taken for a hit
   */
  void add(Fate fate, boolean closed) {
    add(fate.lost(), fate.hits());
    if (closed) {
      noHitsBefore += 1 - fate.hits();
    } else {
      noHitsSince += 1 - fate.hits();
    }
  }

  /**
   * Counts frames that are gone.
   *
   * @param hits for how many hits they stand, at most
   * @param closed as for {@link #add(Fate, boolean)}
   */
  void addLost(String reason, long frames, long hits, boolean closed) {
    add(reason, hits);
    if (closed) {
      noHitsBefore += frames - hits;
    } else {
      noHitsSince += frames - hits;
      gone += hits;
    }
  }

  private void add(@Nullable String reason, long hits) {
    if (reason == null) {
      delivered += hits;
    } else if (hits > 0) {
      boolean known = lost.containsKey(reason) || lost.size() < LossReason.MOST;
      lost.merge(known ? reason : LossReason.OTHER, hits, Long::sum);
    }
  }

  void addAll(Tally other) {
    delivered += other.delivered;
    noHitsBefore += other.noHitsBefore;
    noHitsSince += other.noHitsSince;
    gone += other.gone;
    other.lost.forEach((reason, n) -> lost.merge(reason, n, Long::sum));
  }

  long delivered() {
    return delivered;
  }

  /** How many frames of closed epochs, less their hits. */
  long noHitsOfClosedEpochs() {
    return noHitsBefore;
  }

  SortedMap<String, Long> lost() {
    return new TreeMap<>(lost);
  }

  /** How many frames of the epoch that is not closed, less their hits. */
  long noHitsOfThisEpoch() {
    return noHitsSince;
  }

  /**
   * How many frames of the epoch that is not closed are gone, and were taken for hits without being
   * looked at. In a closed one every frame is taken for a hit.
   */
  long gone() {
    return gone;
  }

  void gone(long frames) {
    gone = Math.max(0, frames);
  }

  /** The epoch of the frames counted so far is closed. */
  void closeEpoch() {
    noHitsBefore += noHitsSince;
    noHitsSince = 0;
    gone = 0;
  }

  void write(DataOutputStream out) throws IOException {
    out.writeLong(delivered);
    out.writeLong(noHitsBefore);
    out.writeLong(noHitsSince);
    Books.write(out, lost);
  }

  static Tally read(DataInputStream in) throws IOException {
    Tally tally = new Tally();
    tally.delivered = in.readLong();
    tally.noHitsBefore = in.readLong();
    tally.noHitsSince = in.readLong();
    tally.lost.putAll(Books.readCounts(in));
    return tally;
  }
}

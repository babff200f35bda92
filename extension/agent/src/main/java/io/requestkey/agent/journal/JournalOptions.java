/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a journal is kept.
 *
 * @param directory where; null for memory, which ends with the process
 * @param maxBytes what its segments may take, at least two segments
 * @param segmentBytes size of a segment, a multiple of 4096, at least {@link #MIN_SEGMENT_BYTES}
 * @param sync when it is forced to the medium; without meaning in memory
 * @param syncInterval for {@link SyncPolicy#INTERVAL}
 * @param full what happens when it is full
 */
public record JournalOptions(
    @Nullable Path directory,
    long maxBytes,
    int segmentBytes,
    SyncPolicy sync,
    Duration syncInterval,
    FullPolicy full) {

  /** Where the journal is by default, when run by root. */
  public static final Path DEFAULT_DIRECTORY = Path.of("/var/lib/requestkey/journal");

  /** The most an account or another durable value may have, in bytes. */
  public static final int MAX_ACCOUNT_BYTES = 4000;

  /** So that any record fits in. */
  public static final int MIN_SEGMENT_BYTES = 64 << 10;

  private static final int MAX_SEGMENT_BYTES = 256 << 20;
  private static final int PAGE = 4096;

  /**
   * Checks.
   *
   * @throws IllegalArgumentException when a value is out of its range
   */
  public JournalOptions {
    if (segmentBytes < MIN_SEGMENT_BYTES
        || segmentBytes > MAX_SEGMENT_BYTES
        || segmentBytes % PAGE != 0) {
      throw new IllegalArgumentException(
          "a journal segment has a multiple of 4096 bytes from "
              + MIN_SEGMENT_BYTES
              + " to "
              + MAX_SEGMENT_BYTES
              + ", not "
              + segmentBytes);
    }
    if (maxBytes < 2L * segmentBytes) {
      throw new IllegalArgumentException(
          "a journal has at least two segments, so at least "
              + 2L * segmentBytes
              + " bytes, not "
              + maxBytes);
    }
    if (syncInterval.isNegative() || syncInterval.isZero()) {
      throw new IllegalArgumentException("the journal's sync interval is longer than nothing");
    }
  }

  /** In anonymous memory. */
  public static JournalOptions memory(long maxBytes) {
    return new JournalOptions(
        null,
        maxBytes,
        segmentBytesFor(maxBytes),
        SyncPolicy.NONE,
        Duration.ofSeconds(1),
        FullPolicy.STOP);
  }

  /** In files, forced to the medium every second. */
  public static JournalOptions directory(Path directory, long maxBytes) {
    return new JournalOptions(
        directory,
        maxBytes,
        segmentBytesFor(maxBytes),
        SyncPolicy.INTERVAL,
        Duration.ofSeconds(1),
        FullPolicy.STOP);
  }

  /** The same with another sync policy. */
  public JournalOptions withSync(SyncPolicy policy, Duration interval) {
    return new JournalOptions(directory, maxBytes, segmentBytes, policy, interval, full);
  }

  /** The same with another policy for a full journal. */
  public JournalOptions withFull(FullPolicy policy) {
    return new JournalOptions(directory, maxBytes, segmentBytes, sync, syncInterval, policy);
  }

  /**
   * A 64th of the whole, from 64 KiB to 2 MiB: a segment is released as a whole, so many of them
   * make good use of the room; large ones are cheap to fill.
   */
  static int segmentBytesFor(long maxBytes) {
    long bytes = Math.clamp(maxBytes / 64, (long) MIN_SEGMENT_BYTES, 2L << 20);
    return (int) (bytes / PAGE * PAGE);
  }
}

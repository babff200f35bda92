/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the journal is kept.
 *
 * @param directory where; null: in memory, it ends with the process
 * @param maxBytes bytes it holds at most
 * @param segmentBytes size of one file
 * @param sync when it is written through to the disk
 * @param syncInterval between two writes through, for {@link Sync#INTERVAL}
 * @param whenFull what happens when it holds {@code maxBytes}
 */
public record JournalOptions(
    @Nullable Path directory,
    long maxBytes,
    int segmentBytes,
    Sync sync,
    Duration syncInterval,
    WhenFull whenFull) {

  /** When the journal is written through to the disk. */
  public enum Sync {
    /** Whenever the kernel does: survives the death of the process, not of the machine. */
    NONE,
    /** Every now and then: the machine's death costs at most an interval. */
    INTERVAL,
    /** Before a record leaves the ring and before an acknowledgement counts. */
    ALWAYS
  }

  /** What happens when the journal is full. */
  public enum WhenFull {
    /** Records stay in the ring; when that is full too the kernel counts what it loses. */
    WAIT,
    /** The oldest records make room, and are counted. */
    DROP_OLDEST
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.requestkey.capture.KernelLoss;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reasons of the ledger that begin in user space, besides those the receiver gives ({@code
 * http_<status>}, {@code grpc_<status>}, {@code not_otlp}, {@code encode}).
 */
public final class LossReason {

  /** A record of the ring or the journal that makes no sense. */
  public static final String UNDECODABLE = "undecodable";

  /** A record of another release's layout that this one cannot read. */
  public static final String RECORD_VERSION = "record_version";

  /** Refused by the receiver in a partial success. */
  public static final String REJECTED = "rejected";

  /** One record that alone is larger than a request may be. */
  public static final String TOO_LARGE = "too_large";

  /** Not delivered when the time to stop was over, and in memory only. */
  public static final String SHUTDOWN = "shutdown";

  /** A span left out because the delivery was behind (overload.spans=drop). */
  public static final String OVERLOAD = "overload";

  /** A frame the journal lost to damage. */
  public static final String JOURNAL_DAMAGED = "journal_damaged";

  /** A frame the journal dropped to make room (journal.full=drop-oldest). */
  public static final String JOURNAL_FULL = "journal_full";

  /**
   * Counted by kernel programs of an earlier run, but no record of it reached the journal before
   * they were gone.
   */
  public static final String ABANDONED = "abandoned";

  /** Stands in for further reasons, so that a receiver cannot make up any number of them. */
  static final String OTHER = "other";

  /**
   * How many different reasons one signal's books have at most: an account has to fit in a page.
   */
  static final int MOST = 24;

  /** What is lost before the signals part is lost to all of them. */
  private static final Set<String> BEFORE_THE_SIGNALS =
      Stream.concat(Arrays.stream(KernelLoss.values()).map(KernelLoss::label), Stream.of(ABANDONED))
          .collect(Collectors.toUnmodifiableSet());

  /** Of the journal too: what it drops, or has damaged, one signal may have read before. */
  private static final Set<String> IN_THE_LANE =
      Set.of(UNDECODABLE, RECORD_VERSION, SHUTDOWN, OVERLOAD, JOURNAL_DAMAGED, JOURNAL_FULL);

  private LossReason() {}

  /** Whether what is lost for this reason is lost before the signals part, to all of them. */
  public static boolean beforeTheSignals(String reason) {
    return BEFORE_THE_SIGNALS.contains(reason);
  }

  /** Whether what is lost for this reason had been given to an exporter. */
  public static boolean whileExporting(String reason) {
    return !beforeTheSignals(reason) && !IN_THE_LANE.contains(reason);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

/** Ends a journal as a kill of its process does: nothing is completed. */
public final class KilledJournal {

  private KilledJournal() {}

  /** Its files are free for the next one. Nobody may use it any more. */
  public static void kill(HitJournal journal) {
    ((SegmentJournal) journal).abandon();
  }
}

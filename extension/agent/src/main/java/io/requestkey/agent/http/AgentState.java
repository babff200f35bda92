/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.http;

import io.requestkey.agent.delivery.LaneState;
import io.requestkey.agent.delivery.Ledger;
import io.requestkey.capture.AttachTable;
import io.requestkey.capture.ContextCount;
import java.util.List;
import java.util.Map;

/** What the management endpoints show. Every method is for any thread and does not block. */
public interface AgentState {

  /** Whether the programs are attached, the self-test has passed, and no stop has begun. */
  boolean ready();

  /** The books. */
  Ledger ledger();

  /** Which way each fact is captured; empty before the capture runs. */
  AttachTable attachTable();

  /** What came of looking for application spans; empty before the capture runs. */
  Map<ContextCount, Long> contextCounts();

  /** Processes whose threads' contexts are read now. */
  long processesWithContext();

  /** Bytes in the ring that the agent has not taken yet. */
  long ringPendingBytes();

  /** Size of the ring in bytes. */
  long ringBytes();

  /** Where each signal's delivery is; empty before the capture runs. */
  List<LaneState> lanes();

  /** Calls whose strings the kernel side cut for want of room. */
  long textsCut();

  /** Spans that were sent before their window was over. */
  long spansReleasedEarly();

  /** Bytes the journal holds. */
  long journalBytes();

  /** Bytes the journal holds at most. */
  long journalMaxBytes();

  /** Frames the journal lost to damage. */
  long journalDamaged();

  /** Frames the journal dropped to make room. */
  long journalDropped();
}

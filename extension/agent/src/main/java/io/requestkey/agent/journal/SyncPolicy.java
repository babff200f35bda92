/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

/**
 * When what was written is forced to the medium. Whatever the policy, nothing is lost when the
 * process is killed: the pages are the kernel's. It decides what a crash of the machine may cost.
 */
public enum SyncPolicy {
  /**
   * Never. A crash of the machine loses what the kernel had not yet written back (usually the last
   * 30 s), possibly with older frames missing among newer ones, and can bring back frames that were
   * acknowledged, which are then delivered again or counted as damaged.
   */
  NONE,
  /**
   * By a thread of its own every interval, and each cursor before a segment it released is removed.
   * A crash of the machine loses the frames of the last interval at most.
   */
  INTERVAL,
  /**
   * Before an append returns: what left the ring is on the medium, and a crash of the machine loses
   * none of it. Costs a write to the medium a record.
   */
  ALWAYS
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.requestkey.agent.delivery.Account;
import io.requestkey.agent.delivery.LaneState;
import io.requestkey.agent.delivery.Signal;
import java.util.List;
import java.util.Map;

/**
 * What is said at the end of that which was not delivered.
 *
 * @param journalKeeps whether what is in the journal is still there for the next start
 * @param pinned whether the ring is, and calls under way will still be recorded
 */
record Farewell(boolean journalKeeps, boolean pinned) {

  void say(Diagnostics diagnostics, Map<Signal, Account> accounts, List<LaneState> lanes) {
    accounts.forEach((signal, account) -> {
      long open = Math.max(0, account.inFlight());
      long waiting = Math.min(open, kept(signal, lanes));
      if (waiting > 0) {
        diagnostics.info(waiting + " " + signal.label() + " wait for the next start");
      }
      long missing = account.totalLost() + open - waiting;
      if (missing > 0) {
        diagnostics.warn(missing + " of " + account.hits() + " " + signal.label() + " lost");
      }
    });
  }

  /**
   * How many are kept at most. A ring that is not pinned goes with us, and what a full journal had
   * no room for was left in it: then only what is in the journal waits.
   */
  private long kept(Signal signal, List<LaneState> lanes) {
    if (pinned) {
      return Long.MAX_VALUE;
    }
    return journalKeeps
        ? lanes.stream()
            .filter(lane -> lane.signal() == signal)
            .mapToLong(LaneState::pendingFrames)
            .sum()
        : 0;
  }
}

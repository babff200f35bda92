/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.requestkey.agent.delivery.Account;
import io.requestkey.agent.delivery.Signal;
import io.requestkey.agent.http.AgentState;
import io.requestkey.capture.AttachTable;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was counted before this process: the journal's books go on over all runs, and kernel
 * programs that are pinned go on counting, but metrics that say when they began must not say again
 * what an earlier process has said.
 *
 * @param accounts the books as earlier runs left them
 * @param damaged frames lost to damage by then
 * @param dropped frames dropped by then
 * @param textsCut calls whose strings had been cut
 * @param missed runs that the kernel had skipped, by program
 */
record EarlierRuns(
    Map<Signal, Account> accounts,
    long damaged,
    long dropped,
    long textsCut,
    Map<String, Long> missed) {

  /** To be asked for when the kernel programs are loaded and the ledger has not begun. */
  static EarlierRuns of(AgentState state) {
    return new EarlierRuns(
        state.ledger().accounts(),
        state.journalDamaged(),
        state.journalDropped(),
        state.textsCut(),
        missed(state.attachTable()));
  }

  private static Map<String, Long> missed(AttachTable table) {
    Map<String, Long> missed = new HashMap<>();
    for (AttachTable.Row row : table.rows()) {
      row.probes().forEach(probe -> missed.put(probe.program(), probe.missed()));
    }
    return missed;
  }

  /**
   * The same, when the ledger has begun. Before, it takes what may still be in the ring of programs
   * that go on for {@code abandoned}; what it has taken back by now was not.
   */
  EarlierRuns begun(Map<Signal, Account> now) {
    Map<Signal, Account> least = new EnumMap<>(Signal.class);
    accounts.forEach((signal, before) -> {
      Account account = now.get(signal);
      if (account != null) {
        SortedMap<String, Long> lost = new TreeMap<>();
        before
            .lost()
            .forEach((reason, n) ->
                lost.put(reason, Math.min(n, account.lost().getOrDefault(reason, 0L))));
        least.put(
            signal,
            new Account(
                Math.min(before.hits(), account.hits()),
                Math.min(before.filtered(), account.filtered()),
                Math.min(before.delivered(), account.delivered()),
                0,
                lost));
      }
    });
    return new EarlierRuns(least, damaged, dropped, textsCut, missed);
  }

  /** The accounts of this process alone. What is in flight is what is in flight. */
  Map<Signal, Account> since(Map<Signal, Account> now) {
    Map<Signal, Account> since = new EnumMap<>(Signal.class);
    now.forEach((signal, account) -> {
      Account before = accounts.get(signal);
      since.put(signal, before == null ? account : since(before, account));
    });
    return since;
  }

  private static Account since(Account before, Account now) {
    SortedMap<String, Long> lost = new TreeMap<>();
    now.lost()
        .forEach((reason, n) -> {
          long more = since(before.lost().getOrDefault(reason, 0L), n);
          if (more > 0) {
            lost.put(reason, more);
          }
        });
    return new Account(
        since(before.hits(), now.hits()),
        since(before.filtered(), now.filtered()),
        since(before.delivered(), now.delivered()),
        now.inFlight(),
        lost);
  }

  long damagedSince(long now) {
    return since(damaged, now);
  }

  long droppedSince(long now) {
    return since(dropped, now);
  }

  long textsCutSince(long now) {
    return since(textsCut, now);
  }

  long missedSince(AttachTable.ProbeState now) {
    return since(missed.getOrDefault(now.program(), 0L), now.missed());
  }

  private static long since(long before, long now) {
    return Math.max(0, now - before);
  }
}

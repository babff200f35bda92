/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.http;

import io.requestkey.agent.delivery.Account;
import io.requestkey.agent.delivery.LaneState;
import io.requestkey.agent.delivery.Signal;
import io.requestkey.capture.AttachTable;
import io.requestkey.capture.ContextCount;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** The counts in the Prometheus text format 0.0.4. */
final class PrometheusText {

  private final StringBuilder text = new StringBuilder(2048);

  private PrometheusText() {}

  static String of(AgentState state) {
    PrometheusText page = new PrometheusText();
    page.ledger(state.ledger().accounts());
    page.gauge("requestkey_ready", "1 when capturing, else 0.", state.ready() ? 1 : 0);
    page.gauge("requestkey_ring_bytes", "Size of the ring.", state.ringBytes());
    page.gauge(
        "requestkey_ring_pending_bytes",
        "Bytes in the ring that the agent has not taken yet.",
        state.ringPendingBytes());
    page.gauge("requestkey_journal_bytes", "Bytes the journal holds.", state.journalBytes());
    page.gauge(
        "requestkey_journal_max_bytes",
        "Bytes the journal holds at most.",
        state.journalMaxBytes());
    page.counter(
        "requestkey_journal_damaged_total",
        "Frames the journal lost to damage.",
        state.journalDamaged());
    page.counter(
        "requestkey_journal_dropped_total",
        "Frames the journal dropped to make room.",
        state.journalDropped());
    page.counter(
        "requestkey_texts_cut_total",
        "Calls whose strings the kernel side cut for want of room.",
        state.textsCut());
    page.counter(
        "requestkey_spans_released_early_total",
        "Spans sent before their time, without links to what came later.",
        state.spansReleasedEarly());
    page.lanes(state.lanes());
    page.contexts(state.contextCounts());
    page.gauge(
        "requestkey_context_processes",
        "Processes whose threads' contexts are read.",
        state.processesWithContext());
    page.probes(state.attachTable());
    return page.text.toString();
  }

  private void ledger(Map<Signal, Account> accounts) {
    head("requestkey_hits_total", "counter", "Calls on keys seen by the kernel side.");
    accounts.forEach((s, a) -> sample("requestkey_hits_total", "signal", s.label(), a.hits()));
    head("requestkey_filtered_total", "counter", "Calls a filter held back.");
    accounts.forEach(
        (s, a) -> sample("requestkey_filtered_total", "signal", s.label(), a.filtered()));
    head("requestkey_delivered_total", "counter", "Records that were acknowledged.");
    accounts.forEach(
        (s, a) -> sample("requestkey_delivered_total", "signal", s.label(), a.delivered()));
    head("requestkey_in_flight", "gauge", "Records neither delivered nor lost yet.");
    accounts.forEach((s, a) -> sample("requestkey_in_flight", "signal", s.label(), a.inFlight()));
    head("requestkey_lost_total", "counter", "Records that will never be delivered.");
    accounts.forEach((s, a) ->
        a.lost()
            .forEach((reason, n) ->
                text.append("requestkey_lost_total{signal=\"")
                    .append(s.label())
                    .append("\",reason=\"")
                    .append(reason)
                    .append("\"} ")
                    .append(n)
                    .append('\n')));
  }

  private void contexts(Map<ContextCount, Long> counts) {
    head("requestkey_context_reads_total", "counter", "Looks for the application's span.");
    counts.forEach(
        (count, n) -> sample("requestkey_context_reads_total", "result", count.label(), n));
  }

  private void lanes(List<LaneState> lanes) {
    lanes(
        lanes,
        "requestkey_journal_records",
        "Records in the journal that the signal has not delivered.",
        LaneState::pendingFrames);
    lanes(
        lanes,
        "requestkey_delivery_held_records",
        "Records taken from the journal whose fate is open.",
        LaneState::heldFrames);
    head("requestkey_delivery_lag_seconds", "gauge", "Age of the oldest record being delivered.");
    for (LaneState lane : lanes) {
      text.append("requestkey_delivery_lag_seconds{signal=\"")
          .append(lane.signal().label())
          .append("\"} ")
          .append(lane.lagNanos() / 1e9)
          .append('\n');
    }
  }

  private void lanes(
      List<LaneState> lanes, String name, String help, ToLongFunction<LaneState> value) {
    head(name, "gauge", help);
    lanes.forEach(lane -> sample(name, "signal", lane.signal().label(), value.applyAsLong(lane)));
  }

  private void probes(AttachTable table) {
    head("requestkey_probe_runs_total", "counter", "Runs of a program's kind, self-test included.");
    for (AttachTable.Row row : table.rows()) {
      for (AttachTable.ProbeState probe : row.probes()) {
        sample("requestkey_probe_runs_total", "program", probe.program(), probe.runs());
      }
    }
    head("requestkey_probe_missed_total", "counter", "Runs the kernel skipped.");
    for (AttachTable.Row row : table.rows()) {
      for (AttachTable.ProbeState probe : row.probes()) {
        sample("requestkey_probe_missed_total", "program", probe.program(), probe.missed());
      }
    }
  }

  private void gauge(String name, String help, long value) {
    head(name, "gauge", help);
    text.append(name).append(' ').append(value).append('\n');
  }

  private void counter(String name, String help, long value) {
    head(name, "counter", help);
    text.append(name).append(' ').append(value).append('\n');
  }

  private void head(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private void sample(String name, String label, String value, long number) {
    text.append(name)
        .append('{')
        .append(label)
        .append("=\"")
        .append(value)
        .append("\"} ")
        .append(number)
        .append('\n');
  }
}

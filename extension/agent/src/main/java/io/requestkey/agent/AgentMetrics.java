/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.requestkey.agent.delivery.Account;
import io.requestkey.agent.delivery.LaneState;
import io.requestkey.agent.delivery.LossReason;
import io.requestkey.agent.delivery.Signal;
import io.requestkey.agent.http.AgentState;
import io.requestkey.capture.AttachTable;
import io.requestkey.telemetry.KeyringAttributes;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * The agent's own state as metrics: under the SDK's names for its self-telemetry where the delivery
 * does what a processor and an exporter of the SDK do, else under {@code keyring.agent}. Those that
 * count do so from the start of the process, as the start time says that goes with them.
 */
final class AgentMetrics {

  private static final Attributes COMPONENT =
      Attributes.of(
          AttributeKey.stringKey("otel.component.type"),
          "io.requestkey.agent.delivery",
          AttributeKey.stringKey("otel.component.name"),
          "io.requestkey.agent.delivery/0");

  private final Meter meter;
  private final AgentState state;
  private final EarlierRuns earlier;

  private AgentMetrics(Meter meter, AgentState state, EarlierRuns earlier) {
    this.meter = meter;
    this.state = state;
    this.earlier = earlier;
  }

  /**
   * Has the meter ask for the state from now on.
   *
   * @param earlier what is not of this process, and is not told
   */
  static void register(Meter meter, AgentState state, EarlierRuns earlier) {
    AgentMetrics metrics = new AgentMetrics(meter, state, earlier);
    metrics.asTheSdk(Signal.LOGS, "log", "{log_record}");
    metrics.asTheSdk(Signal.TRACES, "span", "{span}");
    metrics.ledger();
    metrics.machine();
  }

  private void asTheSdk(Signal signal, String kind, String unit) {
    lane(
        "otel.sdk.processor." + kind + ".queue.size",
        unit,
        "Records in the journal that have not been delivered.",
        signal,
        LaneState::pendingFrames);
    lane(
        "otel.sdk.exporter." + kind + ".inflight",
        unit,
        "Records of the request under way.",
        signal,
        LaneState::itemsUnderWay);
    counter(
        "otel.sdk.processor." + kind + ".processed",
        unit,
        "Records delivered, or lost for the reason in error.type.",
        out -> fates(signal, _ -> true, out));
    counter(
        "otel.sdk.exporter." + kind + ".exported",
        unit,
        "Records whose export has ended, well or for the reason in error.type.",
        out -> fates(signal, LossReason::whileExporting, out));
  }

  private void fates(Signal signal, Predicate<String> reasons, ObservableLongMeasurement out) {
    Account account = accounts().get(signal);
    if (account == null) {
      return;
    }
    out.record(account.delivered(), COMPONENT);
    account
        .lost()
        .forEach((reason, n) -> {
          if (reasons.test(reason)) {
            out.record(n, COMPONENT.toBuilder().put(KeyringAttributes.ERROR_TYPE, reason).build());
          }
        });
  }

  private void lane(
      String name,
      String unit,
      String description,
      Signal signal,
      ToLongFunction<LaneState> value) {
    var _ =
        meter
            .upDownCounterBuilder(name)
            .setUnit(unit)
            .setDescription(description)
            .buildWithCallback(out -> {
              for (LaneState lane : state.lanes()) {
                if (lane.signal() == signal) {
                  out.record(value.applyAsLong(lane), COMPONENT);
                }
              }
            });
  }

  private void ledger() {
    accounts("keyring.agent.hits", "Calls seen by the kernel side.", Account::hits);
    accounts("keyring.agent.filtered", "Calls a filter held back.", Account::filtered);
    accounts("keyring.agent.delivered", "Records that were acknowledged.", Account::delivered);
    counter(
        "keyring.agent.lost",
        "{hit}",
        "Records that will never be delivered.",
        out ->
            everyAccount((attributes, account) ->
                account
                    .lost()
                    .forEach((reason, n) ->
                        out.record(
                            n,
                            attributes.toBuilder()
                                .put(KeyringAttributes.LOSS_REASON, reason)
                                .build()))));
    var _ =
        meter
            .upDownCounterBuilder("keyring.agent.in_flight")
            .setUnit("{hit}")
            .setDescription("Records neither delivered nor lost yet.")
            .buildWithCallback(out ->
                everyAccount((attributes, account) -> out.record(account.inFlight(), attributes)));
    var _ =
        meter
            .gaugeBuilder("keyring.agent.delivery.lag")
            .setUnit("s")
            .setDescription("Age of the oldest record being delivered.")
            .buildWithCallback(out -> {
              for (LaneState lane : state.lanes()) {
                out.record(
                    lane.lagNanos() / 1e9,
                    Attributes.of(KeyringAttributes.AGENT_SIGNAL, lane.signal().label()));
              }
            });
  }

  private void accounts(String name, String description, ToLongFunction<Account> value) {
    counter(
        name,
        "{hit}",
        description,
        out ->
            everyAccount(
                (attributes, account) -> out.record(value.applyAsLong(account), attributes)));
  }

  private void everyAccount(BiConsumer<Attributes, Account> consumer) {
    accounts()
        .forEach((signal, account) ->
            consumer.accept(
                Attributes.of(KeyringAttributes.AGENT_SIGNAL, signal.label()), account));
  }

  private Map<Signal, Account> accounts() {
    return earlier.since(state.ledger().accounts());
  }

  private void machine() {
    bytes("keyring.agent.ring.size", "Size of the ring.", state::ringBytes);
    bytes(
        "keyring.agent.ring.pending",
        "Bytes in the ring that the agent has not taken yet.",
        state::ringPendingBytes);
    bytes("keyring.agent.journal.size", "Bytes the journal holds.", state::journalBytes);
    bytes(
        "keyring.agent.journal.limit", "Bytes the journal holds at most.", state::journalMaxBytes);
    counter(
        "keyring.agent.journal.damaged",
        "{frame}",
        "Frames the journal lost to damage.",
        out -> out.record(earlier.damagedSince(state.journalDamaged())));
    counter(
        "keyring.agent.journal.dropped",
        "{frame}",
        "Frames the journal dropped to make room.",
        out -> out.record(earlier.droppedSince(state.journalDropped())));
    counter(
        "keyring.agent.probe.missed",
        "{run}",
        "Runs of a program that the kernel skipped.",
        out -> {
          for (AttachTable.Row row : state.attachTable().rows()) {
            for (AttachTable.ProbeState probe : row.probes()) {
              out.record(
                  earlier.missedSince(probe),
                  Attributes.of(KeyringAttributes.AGENT_PROGRAM, probe.program()));
            }
          }
        });
    counter(
        "keyring.agent.texts.cut",
        "{call}",
        "Calls whose strings the kernel side cut for want of room.",
        out -> out.record(earlier.textsCutSince(state.textsCut())));
    counter(
        "keyring.agent.spans.released_early",
        "{span}",
        "Spans sent before their time, without links to what came later.",
        out -> out.record(state.spansReleasedEarly()));
  }

  private void bytes(String name, String description, LongSupplier value) {
    var _ =
        meter
            .upDownCounterBuilder(name)
            .setUnit("By")
            .setDescription(description)
            .buildWithCallback(out -> out.record(value.getAsLong()));
  }

  private void counter(
      String name, String unit, String description, Consumer<ObservableLongMeasurement> callback) {
    var _ =
        meter
            .counterBuilder(name)
            .setUnit(unit)
            .setDescription(description)
            .buildWithCallback(callback);
  }
}

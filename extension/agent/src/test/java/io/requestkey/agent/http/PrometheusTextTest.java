/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.requestkey.agent.delivery.Ledger;
import io.requestkey.agent.delivery.Signal;
import io.requestkey.agent.journal.FullPolicy;
import io.requestkey.agent.journal.MemoryJournal;
import io.requestkey.agent.journal.Stamp;
import io.requestkey.capture.AttachTable;
import java.lang.reflect.Proxy;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What /metrics shows. */
final class PrometheusTextTest {

  private static final Map<String, Object> STATE =
      Map.ofEntries(
          Map.entry("ready", true),
          Map.entry(
              "ledger",
              new Ledger(
                  EnumSet.allOf(Signal.class),
                  new MemoryJournal(1000, FullPolicy.STOP, () -> new Stamp(1, 0, "boot")))),
          Map.entry("attachTable", new AttachTable(List.of())),
          Map.entry("contextCounts", Map.of()),
          Map.entry("lanes", List.of()),
          Map.entry("textsCut", 6L),
          Map.entry("spansReleasedEarly", 11L));

  /** An agent in this state, and without any of the rest. */
  private static final AgentState AGENT =
      (AgentState)
          Proxy.newProxyInstance(
              AgentState.class.getClassLoader(),
              new Class<?>[] {AgentState.class},
              (_, method, _) -> STATE.getOrDefault(method.getName(), 0L));

  @Test
  void whatIsCountedIsThere() {
    assertThat(PrometheusText.of(AGENT).lines())
        .contains(
            "requestkey_ready 1",
            "# TYPE requestkey_texts_cut_total counter",
            "requestkey_texts_cut_total 6",
            "# TYPE requestkey_spans_released_early_total counter",
            "requestkey_spans_released_early_total 11");
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.requestkey.agent.delivery.Account;
import io.requestkey.agent.delivery.LaneState;
import io.requestkey.agent.delivery.Signal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Of 100 hits 50 are delivered and 10 lost; of the other 40, 30 are in the journal. */
final class FarewellTest {

  private static final Account ACCOUNT =
      new Account(100, 0, 50, 40, new TreeMap<>(Map.of("ring_full", 10L)));
  private static final LaneState LANE = new LaneState(Signal.LOGS, 30, 0, 0, 0);

  private static List<String> said(boolean journalKeeps, boolean pinned) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    new Farewell(journalKeeps, pinned)
        .say(
            new Diagnostics(new PrintStream(said, true, StandardCharsets.UTF_8)),
            Map.of(Signal.LOGS, ACCOUNT),
            List.of(LANE));
    return said.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void whatIsInTheRingWaitsToo() {
    assertThat(said(true, true))
        .containsExactly(
            "requestkey: 40 logs wait for the next start",
            "requestkey: warning: 10 of 100 logs lost");
    assertThat(said(false, true)).isEqualTo(said(true, true));
  }

  @Test
  void whatIsInARingThatGoesWithUsDoesNotWait() {
    assertThat(said(true, false))
        .containsExactly(
            "requestkey: 30 logs wait for the next start",
            "requestkey: warning: 20 of 100 logs lost");
  }

  @Test
  void inMemoryNothingWaits() {
    assertThat(said(false, false)).containsExactly("requestkey: warning: 50 of 100 logs lost");
  }
}

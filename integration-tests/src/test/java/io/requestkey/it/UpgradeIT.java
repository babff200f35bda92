/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.requestkey.it.OtherRelease.Description;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * From another release, whose records have another layout, to this one, on this machine's own
 * kernel: what it had in its journal, what it left in its ring, and what is called afterwards.
 * Needs root, and Linux 5.15.
 */
final class UpgradeIT {

  private static final int CALLS = 300;
  private static final int PORT = 19_763;
  private static final List<String> SIGNALS = List.of("logs", "traces");
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension final PinnedPrograms pins = new PinnedPrograms();

  @TempDir Path folder;

  @Test
  void everyCallIsDeliveredThoughItsRecordHasAnotherLayout() throws Exception {
    JsonNode ledger = upgrade(Description.WHOLE);
    for (String signal : SIGNALS) {
      assertThat(ledger.path(signal).path("delivered").asLong()).isEqualTo(3 * CALLS);
      assertThat(ledger.path(signal).path("lost")).isEmpty();
    }
    Map<String, Set<String>> told = told();
    assertThat(told.keySet()).containsExactlyInAnyOrder("journal", "ring", "new");
    told.forEach((when, uids) -> assertThat(uids).as(when).hasSize(CALLS));
  }

  @Test
  void aLayoutThatCannotBeReadIsCountedAsLostAndNothingElseIs() throws Exception {
    JsonNode ledger = upgrade(Description.RENAMED_FIELD);
    for (String signal : SIGNALS) {
      assertThat(ledger.path(signal).path("delivered").asLong()).isEqualTo(CALLS);
      assertThat(ledger.path(signal).path("lost").path("record_version").asLong())
          .isEqualTo(2 * CALLS);
      assertThat(ledger.path(signal).path("lost")).hasSize(1);
    }
    assertThat(told()).containsOnlyKeys("new");
    assertThat(told().get("new")).hasSize(CALLS);
  }

  /** The settled books of this release's agent, which has then gone and left nothing. */
  private JsonNode upgrade(Description description) throws Exception {
    String other = OtherRelease.build(folder.resolve("other"), description);
    // Nobody takes what it delivers, so that all of it stays in its journal.
    Map<String, String> environment =
        Map.of(
            "REQUESTKEY_JAVA_OPTIONS", other,
            "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9",
            "OTEL_METRICS_EXPORTER", "none");
    try (AgentProcess agent = agent(environment, "--console", "off").awaitReady()) {
      call("journal");
      Awaitility.await("calls in the journal")
          .atMost(Duration.ofSeconds(60))
          .until(this::journalled, frames -> frames == CALLS);
      agent.kill();
    }
    assertThat(PinnedPrograms.sets()).hasSize(1);
    call("ring");
    JsonNode ledger;
    try (AgentProcess agent = agent(Map.of(), "--console", "json").awaitReady()) {
      call("new");
      ledger = agent.awaitSettled(Duration.ofMinutes(1));
      // The old programs go when their last call has returned and was read.
      Awaitility.await("old programs gone")
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(PinnedPrograms.sets()).hasSize(1));
      ledger = agent.awaitSettled(Duration.ofMinutes(1));
      assertThat(agent.stop()).isZero();
    }
    for (String signal : SIGNALS) {
      JsonNode account = ledger.path(signal);
      assertThat(account.path("hits").asLong() - account.path("filtered").asLong())
          .as("%s: %s", signal, ledger)
          .isEqualTo(3 * CALLS);
    }
    assertThat(AgentProcess.run("--unpin")).contains("/manifest");
    pins.assertGone();
    return ledger;
  }

  private AgentProcess agent(Map<String, String> environment, String... options)
      throws IOException {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--pin",
                "on",
                "--journal",
                folder.resolve("journal").toString(),
                "--description-prefix",
                "it-upgrade-"));
    all.addAll(List.of(options));
    return AgentProcess.start(
        PORT, folder.resolve("agent.out"), folder.resolve("agent.err"), environment, all);
  }

  private static void call(String when) throws IOException, InterruptedException {
    Process calling =
        new ProcessBuilder(
                Machine.programs().resolve("calls").toString(),
                "request",
                Integer.toString(CALLS),
                "it-upgrade-" + when)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(calling.waitFor()).isZero();
  }

  private long journalled() throws IOException, InterruptedException {
    JsonNode found =
        JSON.readTree(
            AgentProcess.run(
                "journal", "inspect", "--json", "--journal", folder.resolve("journal").toString()));
    long frames = 0;
    for (JsonNode segment : found.path("segments")) {
      frames += segment.path("frames").asLong();
    }
    return frames;
  }

  /** What was called when, as ids of log records; each of them says what it should, once. */
  private Map<String, Set<String>> told() throws IOException {
    Map<String, Set<String>> uids = new HashMap<>();
    for (String line : Files.readAllLines(folder.resolve("agent.out"))) {
      JsonNode item = JSON.readTree(line);
      if (!item.path("signal").asText().equals("log")
          || item.path("event_name").asText().equals("keyring.loss")) {
        continue;
      }
      JsonNode attributes = item.path("attributes");
      String description = attributes.path("keyring.key.description").asText();
      assertThat(description).startsWith("it-upgrade-");
      assertThat(item.path("event_name").asText()).isEqualTo("keyring.request_key");
      assertThat(attributes.path("keyring.key.type").asText()).isEqualTo("user");
      assertThat(attributes.path("keyring.result").asLong()).isEqualTo(-126); // ENOKEY
      assertThat(attributes.path("keyring.duration").asLong()).isPositive();
      assertThat(attributes.path("keyring.caller.comm").asText()).isEqualTo("calls");
      assertThat(attributes.path("process.pid").asLong())
          .isEqualTo(attributes.path("keyring.caller.tid").asLong())
          .isPositive();
      assertThat(attributes.path("process.executable.path").asText()).endsWith("/calls");
      assertThat(attributes.path("process.user.id").asText()).isEqualTo("0");
      assertThat(
              uids.computeIfAbsent(
                      description.substring("it-upgrade-".length()), _ -> new HashSet<>())
                  .add(attributes.path("log.record.uid").asText()))
          .isTrue();
    }
    return uids;
  }
}

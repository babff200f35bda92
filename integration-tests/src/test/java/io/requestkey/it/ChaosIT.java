/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent killed at random moments while calls are made, with the collector up, down, and killed
 * as well. Whatever happens, each call arrives, at least once, with the same ids each time. On this
 * machine's own kernel; needs root.
 */
final class ChaosIT {

  /** 1,000 for a night, a few for each change. */
  private static final int KILLS = Integer.getInteger("chaos.kills", 12);

  private static final int CALLS = 200;
  private static final long LONGEST_LIFE_MILLIS = 2_500;

  @TempDir Path folder;

  @AfterEach
  void unpin() throws IOException, InterruptedException {
    String _ = AgentProcess.run("--unpin");
  }

  @Test
  void nothingCapturedIsMissingAfterSigkills() throws IOException, InterruptedException {
    long seed = Long.getLong("chaos.seed", System.nanoTime());
    Random random = new Random(seed);
    String prefix = "it-chaos-" + ProcessHandle.current().pid();
    long made = 0;
    try (Collector collector = new Collector(folder, 15_317)) {
      collector.start();
      // The first start pins the programs; from then on the kernel goes on without an agent.
      try (AgentProcess first = agent(prefix, collector).awaitReady()) {
        first.kill();
      }
      List<Process> callers = new ArrayList<>();
      for (int i = 0; i < KILLS; i++) {
        if (collector.up() && random.nextInt(4) == 0) {
          collector.kill();
        } else if (!collector.up() && random.nextBoolean()) {
          collector.start();
        }
        callers.add(
            new ProcessBuilder(
                    Machine.programs().resolve("calls").toString(),
                    "request",
                    Integer.toString(CALLS),
                    prefix + "-" + i)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
        made += CALLS;
        try (AgentProcess agent = agent(prefix, collector)) {
          Thread.sleep(random.nextLong(LONGEST_LIFE_MILLIS));
          agent.kill();
        }
      }
      for (Process caller : callers) {
        assertThat(caller.waitFor()).isZero();
      }
      if (!collector.up()) {
        collector.start();
      }
      try (AgentProcess last = agent(prefix, collector).awaitReady()) {
        JsonNode ledger = last.awaitSettled(Duration.ofMinutes(2));
        Received received = collector.received();
        System.out.printf(
            "chaos: seed %d, %d kills, %d calls, %d log records of which %d again, %d spans of which %d again%n",
            seed,
            KILLS,
            made,
            received.logs.size() + received.duplicateLogs,
            received.duplicateLogs,
            received.spans.size() + received.duplicateSpans,
            received.duplicateSpans);
        for (String signal : List.of("logs", "traces")) {
          JsonNode account = ledger.path(signal);
          assertThat(account.path("hits").asLong() - account.path("filtered").asLong())
              .as("%s of seed %d: %s", signal, seed, ledger)
              .isEqualTo(made);
          assertThat(account.path("delivered").asLong())
              .as("%s of seed %d: %s", signal, seed, ledger)
              .isEqualTo(made);
        }
        assertThat(received.logs).as("seed %d", seed).hasSize((int) made);
        assertThat(received.spans).as("seed %d", seed).hasSize((int) made);
        assertThat(received.contradictions).as("seed %d", seed).isZero();
        assertThat(last.stop()).isZero();
      }
    }
  }

  private AgentProcess agent(String prefix, Collector collector) throws IOException {
    return AgentProcess.start(
        19_753,
        folder.resolve("agent.err"),
        Map.of(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            collector.grpcEndpoint(),
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            "grpc",
            "OTEL_METRICS_EXPORTER",
            "none"),
        List.of("--journal", folder.resolve("journal").toString(), "--description-prefix", prefix));
  }
}

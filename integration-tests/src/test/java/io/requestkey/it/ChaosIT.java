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

  /** Of each caller, in so many seconds: calls go on while an agent starts, works and dies. */
  private static final int RATE = 100;

  private static final int SECONDS = 2;
  private static final int CALLS = RATE * SECONDS;

  /** Half of it and more is life after the start, on most machines. */
  private static final long LONGEST_LIFE_MILLIS = 4_000;

  /** Each fourth is not killed before it traces, on machines too where a start takes longer. */
  private static final int ONE_THAT_TRACES = 4;

  private static final Duration LONGEST_START = Duration.ofMinutes(1);

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
    int ready = 0;
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
                    "pace",
                    Integer.toString(RATE),
                    Integer.toString(SECONDS),
                    prefix + "-" + i)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
        made += CALLS;
        try (AgentProcess agent = agent(prefix, collector)) {
          if (i % ONE_THAT_TRACES == 0) {
            boolean _ = agent.ready(LONGEST_START);
          }
          Thread.sleep(random.nextLong(LONGEST_LIFE_MILLIS));
          ready += agent.ready() ? 1 : 0;
          agent.kill();
        }
        if ((i + 1) % 100 == 0) {
          System.out.printf("chaos: %d kills of %d, %d calls begun%n", i + 1, KILLS, made);
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
            "chaos: seed %d, %d kills (%d of a ready agent), %d calls, %d log records of which %d again, %d spans of which %d again%n",
            seed,
            KILLS,
            ready,
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
        assertThat(ready).as("kills of an agent that traced, of seed %d", seed).isPositive();
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

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.requestkey.capture.HitHeader;
import io.requestkey.capture.RecordDecoder;
import io.requestkey.capture.RequestKeyHit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the kernel sees while no agent runs, while one is killed, and while one takes over from one
 * of another version, on this machine's own kernel. Needs root, and Linux 5.15.
 */
final class RestartIT {

  private static final int SMALL_RING = 1 << 16;
  private static final int RING = 1 << 26;
  private static final String HTTP = "127.0.0.1:21243";

  private static @Nullable Path calls;

  @RegisterExtension final PinnedPrograms pins = new PinnedPrograms();

  @TempDir Path directory = Path.of("");

  private final List<Process> processes = new ArrayList<>();

  @BeforeAll
  static void compile() throws IOException, InterruptedException {
    calls = Machine.programs().resolve("calls");
  }

  @AfterEach
  void endProcesses() throws Exception {
    for (Process process : processes) {
      assertThat(process.destroyForcibly().waitFor(30, SECONDS)).isTrue();
    }
  }

  @Test
  void callsWhileNoAgentRunsAreDeliveredByTheNext() throws Exception {
    String prefix = "restart-agent-";
    Process first = agent("first", "--description-prefix", prefix);
    stop(first);
    assertThat(PinnedPrograms.ROOT).isDirectory();

    request(10_000, prefix + "x");

    Process second = agent("second", "--description-prefix", prefix);
    JsonNode ledger = settledLedger();
    stop(second);
    List<String> lines = Files.readAllLines(directory.resolve("second.out"));
    ObjectMapper json = new ObjectMapper();
    Set<String> uids = new HashSet<>();
    for (String line : lines) {
      JsonNode item = json.readTree(line);
      if (item.path("signal").asText().equals("log")) {
        uids.add(item.path("attributes").path("log.record.uid").asText());
      }
    }
    assertThat(uids).hasSize(10_000);
    for (String signal : List.of("logs", "traces")) {
      assertThat(ledger.path(signal).path("delivered").asLong()).isEqualTo(10_000);
      assertThat(ledger.path(signal).path("lost")).isEmpty();
      assertThat(
              ledger.path(signal).path("hits").asLong()
                  - ledger.path(signal).path("filtered").asLong())
          .isEqualTo(10_000);
    }
    assertThat(Files.readString(directory.resolve("second.err")))
        .contains("going on with the programs");

    Process unpin = run("unpin", "--unpin");
    assertThat(unpin.waitFor(60, SECONDS)).isTrue();
    assertThat(unpin.exitValue()).isZero();
    assertThat(Files.readString(directory.resolve("unpin.out")))
        .contains("/manifest")
        .contains("/links/")
        .contains("/maps/ring");
    assertThat(PinnedPrograms.ROOT).doesNotExist();
  }

  @Test
  void overflowWhileNoAgentRunsIsCountedToTheUnit() throws Exception {
    String prefix = "restart-overflow-";
    capture(SMALL_RING, prefix).end();

    request(20_000, prefix + "x");

    Capturing second = capture(SMALL_RING, prefix);
    assertThat(second.continued()).isTrue();
    Counts counts = second.settled();
    second.end();
    List<HitHeader> records = records();
    assertThat(counts.wanted()).isEqualTo(20_000);
    assertThat(counts.lost()).isPositive();
    assertThat(records).isNotEmpty();
    assertThat(records.size() + counts.lost()).isEqualTo(20_000);
  }

  @Test
  void killedAgentsLoseNothing() throws Exception {
    String prefix = "restart-kill-";
    Random random = new Random(20);
    Capturing capture = capture(RING, prefix);
    long epoch = capture.epoch();
    int made = 0;
    for (int kill = 0; kill < 5; kill++) {
      Process calling = requesting(10_000, prefix + "x");
      made += 10_000;
      Thread.sleep(random.nextInt(150));
      capture.kill();
      capture = capture(RING, prefix);
      assertThat(capture.continued()).isTrue();
      assertThat(capture.epoch()).isEqualTo(epoch);
      assertThat(calling.waitFor(60, SECONDS)).isTrue();
    }
    Counts counts = capture.settled();
    capture.end();
    List<HitHeader> records = records();
    Set<Long> sequences = new HashSet<>();
    records.forEach(record -> sequences.add(record.sequence()));
    System.out.println(
        "killed 5 times: "
            + made
            + " calls, "
            + sequences.size()
            + " records, "
            + (records.size() - sequences.size())
            + " of them twice, "
            + counts.lost()
            + " counted as lost");
    assertThat(counts.wanted()).isEqualTo(made);
    assertThat(counts.lost()).isZero();
    assertThat(sequences).hasSize(made);
  }

  @Test
  void upgradesRecordEachCallOnce() throws Exception {
    // Both take what is called; they are told apart by the configuration they are loaded with.
    // The third goes back to the first, whose programs may still be there.
    List<String> prefixes = List.of("restart-up", "restart-up-", "restart-up", "restart-");
    Capturing capture = capture(RING, prefixes.getFirst());
    long epoch = capture.epoch();
    int made = 0;
    for (int upgrade = 1; upgrade < prefixes.size(); upgrade++) {
      List<Process> calling = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        calling.add(requesting(10_000, "restart-up-" + i));
        made += 10_000;
      }
      if (upgrade % 2 == 0) {
        capture.kill();
      } else {
        capture.end();
      }
      capture = capture(RING, prefixes.get(upgrade));
      assertThat(capture.epoch()).isEqualTo(epoch);
      for (Process process : calling) {
        assertThat(process.waitFor(120, SECONDS)).isTrue();
      }
    }
    Counts counts = capture.settled();
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(PinnedPrograms.sets()).hasSize(1));
    capture.end();
    List<HitHeader> records = records();
    Set<Long> sequences = new HashSet<>();
    records.forEach(record -> sequences.add(record.sequence()));
    System.out.println(
        "upgraded 3 times: "
            + made
            + " calls, "
            + sequences.size()
            + " records, "
            + counts.lost()
            + " counted as lost");
    assertThat(counts.wanted()).isEqualTo(made);
    assertThat(counts.lost()).isZero();
    assertThat(sequences).hasSize(made);
    assertThat(overlapping(records, sequences)).isEmpty();
  }

  /** A thread is in one call at a time: two records of one moment are of the same call. */
  private static List<String> overlapping(List<HitHeader> records, Set<Long> sequences) {
    Map<Long, HitHeader> once = new HashMap<>();
    records.forEach(record -> once.putIfAbsent(record.sequence(), record));
    List<HitHeader> sorted = new ArrayList<>(once.values());
    sorted.sort(
        Comparator.comparingInt((HitHeader record) -> record.caller().ids().tid())
            .thenComparingLong(HitHeader::startBootNanos));
    List<String> found = new ArrayList<>();
    for (int i = 1; i < sorted.size(); i++) {
      HitHeader a = sorted.get(i - 1);
      HitHeader b = sorted.get(i);
      if (a.caller().ids().tid() == b.caller().ids().tid()
          && b.startBootNanos() < a.endBootNanos()) {
        found.add(a.sequence() + " and " + b.sequence());
      }
    }
    assertThat(sorted).hasSize(sequences.size());
    return found;
  }

  private void request(int times, String description) throws Exception {
    assertThat(requesting(times, description).waitFor(60, SECONDS)).isTrue();
  }

  private Process requesting(int times, String description) throws IOException {
    Process process =
        new ProcessBuilder(
                "keyctl",
                "session",
                "-",
                String.valueOf(calls),
                "request",
                Integer.toString(times),
                description)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    processes.add(process);
    return process;
  }

  private List<HitHeader> records() throws Exception {
    ByteBuffer file =
        ByteBuffer.wrap(Files.readAllBytes(directory.resolve("records")))
            .order(ByteOrder.LITTLE_ENDIAN);
    List<HitHeader> records = new ArrayList<>();
    while (file.hasRemaining()) {
      byte[] record = new byte[file.getInt(file.position())];
      file.get(record);
      records.add(((RequestKeyHit) RecordDecoder.decode(record)).header());
    }
    return records;
  }

  private record Counts(long wanted, long submitted, long lost, long pendingBytes) {}

  private Capturing capture(int ring, String prefix) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                CaptureProcess.class.getName(),
                directory.resolve("records").toString(),
                Integer.toString(ring),
                prefix,
                "ON")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    processes.add(process);
    return new Capturing(process);
  }

  /** A {@link CaptureProcess} that is ready. */
  private static final class Capturing {
    private final Process process;
    private final BufferedReader out;
    private final String[] ready;

    Capturing(Process process) throws IOException {
      this.process = process;
      this.out = process.inputReader(StandardCharsets.UTF_8);
      this.ready = line().split(" ", -1);
      assertThat(ready[0]).isEqualTo("ready");
    }

    private String line() throws IOException {
      String line = out.readLine();
      if (line == null) {
        throw new AssertionError("the capture has ended");
      }
      return line;
    }

    long epoch() {
      return Long.parseLong(ready[1]);
    }

    boolean continued() {
      return Boolean.parseBoolean(ready[2]);
    }

    Counts counts() throws IOException {
      OutputStream in = process.getOutputStream();
      in.write('\n');
      in.flush();
      String[] words = line().split(" ", -1);
      return new Counts(
          Long.parseLong(words[1]),
          Long.parseLong(words[2]),
          Long.parseLong(words[3]),
          Long.parseLong(words[4]));
    }

    /** The counts when every call has returned and been read. */
    Counts settled() {
      return Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(
              this::counts,
              counts ->
                  counts.pendingBytes() == 0
                      && counts.wanted() == counts.submitted() + counts.lost());
    }

    void end() throws Exception {
      process.getOutputStream().close();
      assertThat(process.waitFor(30, SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    }

    void kill() throws InterruptedException {
      process.destroyForcibly();
      assertThat(process.waitFor(30, SECONDS)).isTrue();
    }
  }

  private Process run(String name, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(Machine.root().resolve("bin/run").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(directory.resolve(name + ".out").toFile())
            .redirectError(directory.resolve(name + ".err").toFile());
    builder.environment().put("REQUESTKEY_BUILD", "never");
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private Process agent(String name, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("--pin", "on", "--console", "json", "--http", HTTP));
    all.addAll(List.of(arguments));
    Process process = run(name, all.toArray(String[]::new));
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(() -> get("/readyz").statusCode() == 200);
    return process;
  }

  private static JsonNode settledLedger() {
    ObjectMapper json = new ObjectMapper();
    return Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> json.readTree(get("/ledger").body()),
            ledger ->
                ledger.path("logs").path("in_flight").asLong() == 0
                    && ledger.path("traces").path("in_flight").asLong() == 0);
  }

  private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://" + HTTP + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private static void stop(Process agent) throws InterruptedException {
    agent.destroy();
    assertThat(agent.waitFor(30, SECONDS)).isTrue();
    assertThat(agent.exitValue()).isZero();
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.requestkey.it.Scenario.Item;
import io.requestkey.it.app.ForeignIds;
import io.requestkey.it.app.SelfCaller;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An application under the real Java agent that captures its own calls on keys, on this machine's
 * own kernel, into a real collector. Needs root, for all but the one that has none.
 */
final class OwnCaptureIT {

  private static final int PORT = 21_317;
  private static final String CAPTURED = "calls on keys are captured with";
  private static final String NOT_CAPTURED = "calls on keys are not captured";

  @TempDir Path directory = Path.of("");

  private Collector collector = new Collector(directory, PORT);

  @BeforeEach
  void startCollector() throws IOException {
    collector = new Collector(directory, PORT);
    collector.start();
  }

  @AfterEach
  void stopCollector() {
    collector.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"capturing", "newest"})
  void callsWithinASpanAreItsChildrenAndLinkToTheRequest(String agent) throws Exception {
    OwnCaptureRun run = run(List.of(), agent(agent), CAPTURED, List.of());

    run.assertEverything(
        Files.exists(Path.of("/sys/bus/event_source/devices/kprobe")) ? "kernel" : "user");
  }

  @Test
  void filtersAndRedactionAreThoseOfTheHostAgent() throws Exception {
    OwnCaptureRun run =
        run(
            List.of(),
            agent("newest"),
            CAPTURED,
            List.of(
                "-Dotel.requestkey.operation=request_key",
                "-Dotel.requestkey.redact.description=length",
                "-Dotel.requestkey.app.span=link"));

    assertThat(run.calls())
        .hasSize(2)
        .allSatisfy(log -> {
          assertThat(log.node().path("eventName").asText()).isEqualTo("keyring.request_key");
          assertThat(log.node().toString()).doesNotContain(run.description());
        });
    Item request =
        run.calls().stream()
            .filter(log -> log.get("keyring.application.span_id") != null)
            .findAny()
            .orElseThrow();
    assertThat(request.get("keyring.application.span_id")).isEqualTo(run.said("span"));
    assertThat(request.traceId()).isNotEqualTo(run.said("trace"));
    assertThat(run.span(request).node().path("parentSpanId").asText("")).isEmpty();
  }

  @Test
  void whatTheApplicationDoesNotSampleIsNotExportedButLogRecords() throws Exception {
    OwnCaptureRun run =
        run(List.of(), agent("newest"), CAPTURED, List.of("-Dotel.traces.sampler=always_off"));

    assertThat(run.calls()).hasSize(5);
    assertThat(run.items().spans()).isEmpty();
    assertThat(run.warnings()).isEmpty();
  }

  @Test
  void spansThatWouldGetOtherIdsAreLeftOut() throws Exception {
    OwnCaptureRun run = run(List.of(), agent("newest") + "," + foreignIds(), CAPTURED, List.of());

    assertLogRecordsOnly(run);
  }

  @Test
  void configuredByAFileCallsBecomeLogRecordsOnly() throws Exception {
    Path yaml = directory.resolve("otel.yaml");
    Files.writeString(
        yaml,
        """
        file_format: "1.2"
        resource:
          attributes:
            - name: service.name
              value: it-own
        tracer_provider:
          processors:
            - simple:
                exporter:
                  otlp_http:
                    endpoint: %1$s/v1/traces
        logger_provider:
          processors:
            - simple:
                exporter:
                  otlp_http:
                    endpoint: %1$s/v1/logs
        """
            .formatted(collector.httpEndpoint()));

    OwnCaptureRun run =
        run(
            List.of(),
            agent("newest"),
            CAPTURED,
            List.of("-Dotel.config.file=" + yaml),
            classPath(),
            // There is no place for us to learn of the SDK's end before it.
            5);

    assertLogRecordsOnly(run);
  }

  private static void assertLogRecordsOnly(OwnCaptureRun run) {
    assertThat(run.exitStatus()).as(run.output()).isZero();
    assertThat(run.calls()).as(run.output()).hasSize(5);
    assertThat(run.spansOfCalls()).isEmpty();
    assertThat(run.applicationsSpans()).containsExactly(run.said("span"));
    assertThat(run.warnings())
        .singleElement()
        .asString()
        .contains("calls on keys become log records only");
    Item request = run.call("keyring.request_key", "", run.description());
    assertThat(request.traceId()).isEqualTo(run.said("trace"));
  }

  @Test
  void withoutPrivilegesThereIsOneLineAndTheApplicationGoesOnPublishing() throws Exception {
    Path readable =
        Files.createTempDirectory(
            "requestkey-it",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    try {
      Path agent = Files.copy(javaAgent("newest"), readable.resolve("agent.jar"));
      Path extension =
          Files.copy(
              Path.of(Objects.requireNonNull(System.getProperty("extension"))),
              readable.resolve("extension.jar"));
      Path classes = readable.resolve("classes/io/requestkey/it/app");
      Files.createDirectories(classes);
      for (String file : List.of("SelfCaller.class", "KeySyscalls.class")) {
        try (InputStream in = SelfCaller.class.getResourceAsStream(file)) {
          Files.copy(Objects.requireNonNull(in), classes.resolve(file));
        }
      }
      List<Path> libraries = new ArrayList<>();
      try (var files =
          Files.newDirectoryStream(libraries(), "opentelemetry-{api,context,common}-*")) {
        for (Path file : files) {
          libraries.add(Files.copy(file, readable.resolve(file.getFileName())));
        }
      }

      OwnCaptureRun run =
          run(
              List.of(
                  "setpriv",
                  "--reuid=65534",
                  "--regid=65534",
                  "--clear-groups",
                  "--bounding-set=-all",
                  "--inh-caps=-all"),
              agent + "," + extension,
              NOT_CAPTURED,
              List.of("-Dotel.requestkey.capture=self"),
              readable.resolve("classes") + ":" + readable + "/*",
              0);

      assertThat(libraries).isNotEmpty();
      assertThat(run.exitStatus()).as(run.output()).isZero();
      assertThat(run.warnings())
          .singleElement()
          .asString()
          .contains(
              "calls on keys are not captured: not permitted to load BPF programs: run as root, or"
                  + " with CAP_BPF and CAP_PERFMON");
      assertThat(run.said()).containsKeys("key", "read", "done").containsEntry("published", "yes");
      assertThat(run.calls()).isEmpty();
      assertThat(run.applicationsSpans()).containsExactly(run.said("span"));
    } finally {
      try (var files = Files.walk(readable)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  @Test
  void wrongSettingIsOneLineThatNamesIt() throws Exception {
    OwnCaptureRun run =
        run(
            List.of(),
            agent("newest"),
            "wrong value for",
            List.of("-Dotel.requestkey.capture=everything"));

    assertThat(run.exitStatus()).isZero();
    assertThat(run.warnings())
        .singleElement()
        .asString()
        .contains("otel.requestkey.capture: 'everything'; self and off are possible");
    assertThat(run.calls()).isEmpty();
    assertThat(run.said()).containsEntry("published", "yes");
  }

  private static Path libraries() {
    return Machine.root().resolve("extension/agent/target/lib");
  }

  private static Path javaAgent(String which) {
    return Machine.root().resolve("extension/javaagent/target/agents/" + which + ".jar");
  }

  /** The Java agent and the extension. */
  private static String agent(String which) {
    return javaAgent(which) + "," + Objects.requireNonNull(System.getProperty("extension"));
  }

  private Path foreignIds() throws IOException {
    Path jar = directory.resolve("foreign-ids.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        InputStream in = ForeignIds.class.getResourceAsStream("ForeignIds.class")) {
      out.putNextEntry(new JarEntry(ForeignIds.class.getName().replace('.', '/') + ".class"));
      Objects.requireNonNull(in).transferTo(out);
      out.putNextEntry(
          new JarEntry("META-INF/services/" + AutoConfigurationCustomizerProvider.class.getName()));
      out.write(ForeignIds.class.getName().getBytes(StandardCharsets.UTF_8));
      out.closeEntry();
    }
    return jar;
  }

  private OwnCaptureRun run(List<String> prefix, String jars, String awaited, List<String> options)
      throws Exception {
    return run(prefix, jars, awaited, options, classPath(), 0);
  }

  private static String classPath() {
    return Machine.root().resolve("integration-tests/target/test-classes")
        + ":"
        + libraries()
        + "/*";
  }

  /**
   * Runs the application to its end, and has another process make calls before and after it does.
   *
   * @param jars the Java agent, then its extensions, parted by commas
   * @param awaited what is said before it begins
   * @param options the last of the same name counts
   * @param arrived how many log records of calls are there before it may end; with 0 it ends at
   *     once, and what waits to be told has to be told by then
   */
  private OwnCaptureRun run(
      List<String> prefix,
      String jars,
      String awaited,
      List<String> options,
      String classPath,
      int arrived)
      throws Exception {
    String description = "it-own:" + Long.toHexString(System.nanoTime());
    String[] agentAndExtensions = jars.split(",", 2);
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home")).resolve("bin/java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx300m",
            "--enable-native-access=ALL-UNNAMED",
            "-javaagent:" + agentAndExtensions[0],
            "-Dotel.javaagent.extensions=" + agentAndExtensions[1],
            "-Dotel.service.name=it-own",
            "-Dotel.exporter.otlp.endpoint=" + collector.httpEndpoint(),
            "-Dotel.exporter.otlp.protocol=http/protobuf",
            "-Dotel.metrics.exporter=none",
            "-Dotel.requestkey.capture=self"));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, SelfCaller.class.getName(), description));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Queue<String> output = new ConcurrentLinkedQueue<>();
    Map<String, String> said = new ConcurrentHashMap<>();
    Thread reader = Thread.ofPlatform().start(() -> read(process.getInputStream(), output, said));
    try {
      awaitOutput(process, output, awaited);
      callFromOutside(description);
      said.put("published", publishes(Long.parseLong(awaitSaid(process, output, said, "pid"))));
      process.outputWriter().write("\n");
      process.outputWriter().flush();
      String _ = awaitSaid(process, output, said, "absent");
      callFromOutside(description);
      if (arrived > 0) {
        Awaitility.await("log records")
            .atMost(Duration.ofMinutes(1))
            .until(() -> collector.received().logs.size() >= arrived);
      }
      process.outputWriter().write("\n");
      process.outputWriter().flush();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(String.join("\n", output)).isTrue();
      reader.join();
    } finally {
      boolean _ = process.destroyForcibly().isAlive();
    }
    return new OwnCaptureRun(
        description, process.exitValue(), String.join("\n", output), said, collector.items());
  }

  private static void read(InputStream in, Queue<String> output, Map<String, String> said) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (line != null) {
        output.add(line);
        String[] words = line.split(" ", 2);
        if (words.length == 2 && words[0].matches("[a-z]+")) {
          said.put(words[0], words[1]);
        }
        line = lines.readLine();
      }
    } catch (IOException e) {
      // It was killed; what it said until then is judged.
    }
  }

  private static void awaitOutput(Process process, Queue<String> output, String text) {
    Awaitility.await(text)
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(50))
        .failFast(
            "the application has ended",
            () -> assertThat(process.isAlive()).as(String.join("\n", output)).isTrue())
        .until(() -> output.stream().anyMatch(line -> line.contains(text)));
  }

  private static String awaitSaid(
      Process process, Queue<String> output, Map<String, String> said, String word) {
    awaitOutput(process, output, word + " ");
    return Awaitility.await(word)
        .atMost(Duration.ofSeconds(10))
        .until(() -> said.get(word), Objects::nonNull);
  }

  private static String publishes(long pid) throws IOException {
    return Files.readString(Path.of("/proc", Long.toString(pid), "maps")).contains("OTEL_CTX")
        ? "yes"
        : "no";
  }

  /** Another process makes and asks for keys of the same description. */
  private static void callFromOutside(String description) throws Exception {
    for (List<String> command :
        List.of(
            List.of("keyctl", "add", "user", description, "x", "@p"),
            List.of("keyctl", "request", "user", description))) {
      Process keyctl = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(keyctl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = keyctl.waitFor();
      // The second finds none: the first's key went with its process.
      assertThat(status).as(said).isEqualTo(command.get(1).equals("add") ? 0 : 1);
    }
  }
}

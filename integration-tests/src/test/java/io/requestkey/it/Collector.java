/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A real collector that can be killed and started again. Each of its lives writes a file of its
 * own, because the last line of one that is killed can be cut.
 */
final class Collector implements AutoCloseable {

  private final Path folder;
  private final int port;
  private final String configuration;
  private final Map<String, String> settings;
  private final List<Path> files = new ArrayList<>();
  private @Nullable Process process;

  /**
   * One on loopback that takes gRPC on {@code port}, HTTP on the next, and tells its health on the
   * one after.
   */
  Collector(Path folder, int port) {
    this(folder, port, "integration-tests/src/test/resources/otelcol-test.yaml", Map.of());
  }

  /**
   * Likewise, with another configuration.
   *
   * @param configuration its file, from the project's folder; may write none
   * @param settings variables that it reads, besides those of ports and file
   */
  Collector(Path folder, int port, String configuration, Map<String, String> settings) {
    this.folder = folder;
    this.port = port;
    this.configuration = configuration;
    this.settings = settings;
  }

  String grpcEndpoint() {
    return "http://" + grpcAddress();
  }

  /** The host and port of {@link #grpcEndpoint}. */
  String grpcAddress() {
    return "127.0.0.1:" + port;
  }

  String httpEndpoint() {
    return "http://127.0.0.1:" + (port + 1);
  }

  boolean up() {
    return process != null;
  }

  void start() throws IOException {
    Path file = folder.resolve("collector-" + files.size() + ".jsonl");
    ProcessBuilder builder =
        new ProcessBuilder(
                Machine.otelcol(), "--config", Machine.root().resolve(configuration).toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("collector-" + files.size() + ".log").toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "OTELCOL_OUT",
                file.toString(),
                "OTLP_GRPC_ENDPOINT",
                grpcAddress(),
                "OTLP_HTTP_ENDPOINT",
                "127.0.0.1:" + (port + 1),
                "HEALTH_ENDPOINT",
                "127.0.0.1:" + (port + 2)));
    builder.environment().putAll(settings);
    files.add(file);
    process = builder.start();
    Awaitility.await("healthy collector")
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(50))
        .until(this::healthy);
  }

  private boolean healthy() throws IOException {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + (port + 2) + "/").toURL().openConnection();
      return connection.getResponseCode() == 200;
    } catch (java.net.ConnectException e) {
      return false;
    }
  }

  void kill() throws InterruptedException {
    Process running = process;
    process = null;
    if (running != null) {
      running.destroyForcibly().waitFor();
    }
  }

  /** Every whole line of every life, in order. */
  void lines(Consumer<String> line) throws IOException {
    for (Path file : files) {
      if (!Files.exists(file)) {
        continue;
      }
      try (var lines = Files.lines(file)) {
        lines.forEach(line);
      }
    }
  }

  /**
   * What it has received, as items; a line that a kill cut was never acknowledged and is left out.
   */
  Received received() throws IOException {
    Received received = new Received();
    lines(line -> {
      try {
        received.add(line);
      } catch (JsonProcessingException e) {
        received.cut++;
      }
    });
    return received;
  }

  /** Every log record and span that it has received, in order; it was never killed. */
  Scenario.Items items() throws IOException {
    List<String> lines = new ArrayList<>();
    lines(lines::add);
    return Scenario.Items.of(lines);
  }

  @Override
  public void close() {
    Process running = process;
    process = null;
    if (running != null) {
      // Its ports and files are free for the next one only then.
      var _ = running.destroyForcibly().onExit().join();
    }
  }
}

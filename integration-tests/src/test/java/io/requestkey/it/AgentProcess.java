/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** One run of the agent as a user starts it, with {@code bin/run}. */
final class AgentProcess implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final Path errors;
  private final int port;

  private AgentProcess(Process process, Path errors, int port) {
    this.process = process;
    this.errors = errors;
    this.port = port;
  }

  /**
   * Starts one and returns at once.
   *
   * @param port of its management endpoints
   * @param errors what it says is appended there
   */
  static AgentProcess start(
      int port, Path errors, Map<String, String> environment, List<String> options)
      throws IOException {
    return start(port, Redirect.DISCARD, errors, environment, options);
  }

  /**
   * Starts one whose stdout is wanted.
   *
   * @param output what it writes to stdout is appended there
   */
  static AgentProcess start(
      int port, Path output, Path errors, Map<String, String> environment, List<String> options)
      throws IOException {
    return start(port, Redirect.appendTo(output.toFile()), errors, environment, options);
  }

  private static AgentProcess start(
      int port, Redirect output, Path errors, Map<String, String> environment, List<String> options)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Machine.root().resolve("bin/run").toString());
    command.addAll(List.of("--http", "127.0.0.1:" + port));
    command.addAll(options);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(output)
            .redirectError(Redirect.appendTo(errors.toFile()));
    builder.environment().put("REQUESTKEY_BUILD", "never");
    builder.environment().putAll(environment);
    return new AgentProcess(builder.start(), errors, port);
  }

  AgentProcess awaitReady() {
    Awaitility.await("ready agent")
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(20))
        .failFast(
            "the agent has ended",
            () -> {
              if (!process.isAlive()) {
                throw new AssertionError("the agent has ended: " + Files.readString(errors));
              }
            })
        .until(this::ready);
    return this;
  }

  /** Whether it traces by now. */
  boolean ready() throws IOException {
    return get("/readyz").status() == 200;
  }

  /** Whether it traces within some time. Does not mind if it ends before. */
  boolean ready(Duration atMost) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    while (process.isAlive() && System.nanoTime() - begun < atMost.toNanos()) {
      if (ready()) {
        return true;
      }
      Thread.sleep(20);
    }
    return false;
  }

  JsonNode ledger() throws IOException {
    return JSON.readTree(get("/ledger").body());
  }

  /** The ledger once nothing is on its way any more. */
  JsonNode awaitSettled(Duration atMost) {
    return Awaitility.await("settled ledger")
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(100))
        .until(
            this::ledger,
            ledger -> {
              for (JsonNode signal : ledger) {
                if (signal.path("in_flight").asLong() != 0) {
                  return false;
                }
              }
              return !ledger.isEmpty();
            });
  }

  private record Answer(int status, String body) {}

  private Answer get(String path) throws IOException {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
      connection.setReadTimeout(10_000);
      int status = connection.getResponseCode();
      try (var in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
        return new Answer(status, new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    } catch (ConnectException | SocketTimeoutException e) {
      // Not yet, or too busy to answer.
      return new Answer(0, "");
    }
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM; returns the exit status. */
  int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("the agent did not stop within 60 s");
    }
    return process.exitValue();
  }

  /** Runs bin/run with other arguments to its end; its output. */
  static String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Machine.root().resolve("bin/run").toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("REQUESTKEY_BUILD", "never");
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + said);
    }
    return said;
  }

  @Override
  public void close() {
    // Until it has let go of its port and of what is pinned.
    Process _ = process.destroyForcibly().onExit().join();
  }
}

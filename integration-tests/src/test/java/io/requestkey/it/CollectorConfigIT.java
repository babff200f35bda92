/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The configurations that people copy are ones the collector takes. */
final class CollectorConfigIT {

  private static final Path ROOT = Machine.root();

  @TempDir Path storage;

  static List<Path> configurations() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String folder : List.of("collector-config", "integration-tests/src/test/resources")) {
      try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
        files
            .filter(file -> file.toString().endsWith(".yaml"))
            // What the collector is built from.
            .filter(file -> !file.endsWith("builder.yaml"))
            .sorted()
            .forEach(found::add);
      }
    }
    return found;
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void isValid(Path configuration) throws IOException, InterruptedException {
    assertThat(validate(configuration)).isEmpty();
  }

  @Test
  void anInvalidOneWouldBeSeen() throws IOException, InterruptedException {
    Path wrong = storage.resolve("wrong.yaml");
    Files.writeString(wrong, "receivers: {otlp: {protocols: {carrier_pigeon: {}}}}\n");
    assertThat(validate(wrong)).contains("carrier_pigeon");
  }

  /** What the collector has against it; empty when nothing. */
  private String validate(Path configuration) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(Machine.otelcol(), "validate", "--config", configuration.toString())
            .redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "OTLP_BACKEND_ENDPOINT", "127.0.0.1:14317",
                "OTLP_TLS_CERT", "server.crt",
                "OTLP_TLS_KEY", "server.key",
                "OTLP_TLS_CLIENT_CA", "ca.crt",
                "KUBE_NODE_NAME", "node",
                "OTELCOL_STORAGE", storage.toString()));
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    return status == 0 ? "" : "exit status " + status + ": " + said;
  }
}

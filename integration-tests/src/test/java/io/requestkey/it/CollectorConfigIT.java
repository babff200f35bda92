/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The configurations that people copy are ones the collector takes, and the one that is to keep
 * texts to itself does.
 */
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

  @Test
  void noTextOfAKeyPassesTheRedaction() throws IOException, InterruptedException {
    try (Collector backend = new Collector(storage, 22_317);
        Collector redacting =
            new Collector(
                storage.resolve("redacting"),
                22_320,
                "collector-config/redaction.yaml",
                Map.of(
                    "OTLP_BACKEND_ENDPOINT",
                    backend.grpcAddress(),
                    "OTLP_BACKEND_INSECURE",
                    "true"))) {
      Files.createDirectory(storage.resolve("redacting"));
      backend.start();
      redacting.start();
      post(redacting.httpEndpoint() + "/v1/logs", RedactedRecords.log());
      post(redacting.httpEndpoint() + "/v1/traces", RedactedRecords.span());
      Scenario.Items items =
          Awaitility.await("both records")
              .atMost(Duration.ofSeconds(30))
              .until(
                  backend::items,
                  arrived -> !arrived.logs().isEmpty() && !arrived.spans().isEmpty());

      Scenario.Item log = items.logs().getFirst();
      assertThat(log.node().path("body").path("stringValue").asText())
          .isEqualTo("keyring.request_key");
      Scenario.Item span = items.spans().getFirst();
      assertThat(span.node().path("name").asText()).isEqualTo("request_key user");
      Map<String, Object> expected = new HashMap<>(RedactedRecords.attributes());
      assertThat(RedactedRecords.secretAttributes())
          .contains(
              "keyring.key.description",
              "keyring.request.callout_info",
              "keyring.keyctl.name",
              "keyring.args.user.description",
              "keyring.args.user.callout_info")
          .allSatisfy(name -> assertThat(expected.put(name, "****")).isNotNull());
      for (Scenario.Item item : List.of(log, span)) {
        assertThat(item.node().toString()).doesNotContain(RedactedRecords.SECRET);
        // Nothing else is touched: without numbers and names there would be no use in it.
        assertThat(item.attributes()).containsExactlyInAnyOrderEntriesOf(expected);
      }
    }
  }

  private static void post(String url, String json) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(url))
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(json))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
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

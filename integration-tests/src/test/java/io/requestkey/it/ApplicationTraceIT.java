/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.requestkey.it.Scenario.Item;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kernel spans as children of the very span that was current, on a kernel with kprobes, under the
 * real Java agent. Each call's description says which span that was.
 */
final class ApplicationTraceIT {

  private static final String NONE = "none";

  private static Scenario scenario = new Scenario(Path.of("."), Map.of(), List.of(), List.of());
  private static Map<String, Item> spans = Map.of();

  @BeforeAll
  static void run() throws IOException, InterruptedException {
    Path root = Machine.root();
    Path libraries = root.resolve("extension/agent/target/lib");
    scenario =
        Machine.guest(
            "application",
            "6.1",
            "application.sh",
            root.resolve("integration-tests/target/test-classes") + ":" + libraries + "/*",
            root.resolve("extension/javaagent/target/agents/newest.jar").toString(),
            Objects.requireNonNull(System.getProperty("extension")),
            Machine.programs().toString());
    spans =
        scenario.spans().stream()
            .collect(Collectors.toMap(Item::spanId, Function.identity(), (first, _) -> first));
  }

  /** What the application said was current: trace and span id, or "none". */
  private static String[] current(Item log) {
    return String.valueOf(log.get("keyring.key.description")).split(":", 2)[1].split(":");
  }

  private static List<Item> calls(String name) {
    return calls(name, "requestkey");
  }

  private static List<Item> calls(String name, String agent) {
    return scenario.logs().stream()
        .filter(log -> agent.equals(log.resource().get("service.name")))
        .filter(log ->
            log.get("keyring.key.description") instanceof String description
                && description.startsWith("it-app-" + name + ":"))
        .toList();
  }

  private static boolean correlated(Item log) {
    return "sdk_tls".equals(log.get("keyring.correlation.source"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http-platform", "spans"})
  void everyCallOnAPlatformThreadIsAChildOfItsSpan(String name) {
    List<Item> calls = calls(name);
    assertThat(calls).hasSizeGreaterThanOrEqualTo(50);
    for (Item log : calls) {
      if (!current(log)[0].equals(NONE)) {
        assertChild(log);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http-platform", "http-virtual", "spans", "storm"})
  void noCallEverHasAWrongTrace(String name) {
    List<Item> calls = calls(name);
    assertThat(calls).isNotEmpty();
    for (Item log : calls) {
      if (correlated(log)) {
        assertThat(current(log)[0]).as("%s", log.node()).isNotEqualTo(NONE);
        assertChild(log);
      } else {
        assertThat(spans.get(log.spanId()))
            .as("%s", log.node())
            .satisfies(span -> assertThat(span.node().path("parentSpanId").asText("")).isEmpty());
      }
    }
  }

  private static void assertChild(Item log) {
    String[] current = current(log);
    assertThat(log.traceId()).as("%s", log.node()).isEqualTo(current[0]);
    Item span = spans.get(log.spanId());
    assertThat(span).as("%s", log.node()).isNotNull();
    assertThat(span.traceId()).isEqualTo(current[0]);
    assertThat(span.node().path("parentSpanId").asText()).isEqualTo(current[1]);
    assertThat(log.get("keyring.correlation.source")).isEqualTo("sdk_tls");
  }

  @Test
  void serverSpansOfTheApplicationArriveAndAreTheParents() {
    List<Item> calls = calls("http-platform");
    assertThat(calls).hasSize(50);
    for (Item log : calls) {
      Item parent = spans.get(current(log)[1]);
      assertThat(parent).as("the application's own span %s", current(log)[1]).isNotNull();
      assertThat(parent.resource()).containsEntry("service.name", "it-http-platform");
    }
  }

  @Test
  void threadInObisMapIsJoinedToItsSpanAndNoLongerThanItIsThere() {
    List<Item> calls = calls("obi");
    assertThat(calls).hasSize(2);
    Item within = calls.stream().filter(log -> !current(log)[0].equals(NONE)).findFirst().get();
    assertThat(within.get("keyring.correlation.source")).isEqualTo("obi_map");
    assertThat(within.traceId()).isEqualTo(current(within)[0]);
    Item span = scenario.span(within);
    assertThat(span.traceId()).isEqualTo(current(within)[0]);
    assertThat(span.node().path("parentSpanId").asText()).isEqualTo(current(within)[1]);
    Item after = calls.stream().filter(log -> current(log)[0].equals(NONE)).findFirst().get();
    assertThat(after.attributes()).doesNotContainKey("keyring.correlation.source");
    assertThat(scenario.span(after).node().path("parentSpanId").asText("")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"http-platform,sdk_tls,5", "obi,obi_map,1"})
  void whereProcessesAreNotTrustedTheirSpanIsLinkedAndNoParent(
      String name, String source, int count) {
    List<Item> calls =
        calls(name, "requestkey-link").stream()
            .filter(log -> !current(log)[0].equals(NONE))
            .toList();
    assertThat(calls).hasSize(count);
    for (Item log : calls) {
      String[] current = current(log);
      assertThat(log.get("keyring.correlation.source")).isEqualTo(source);
      assertThat(log.get("keyring.application.trace_id")).isEqualTo(current[0]);
      assertThat(log.get("keyring.application.span_id")).isEqualTo(current[1]);
      assertThat(log.traceId()).isNotEqualTo(current[0]);
      Item span = scenario.span(log);
      assertThat(span.node().path("parentSpanId").asText("")).isEmpty();
      assertThat(span.node().path("links")).hasSize(1);
      JsonNode link = span.node().path("links").path(0);
      assertThat(link.path("traceId").asText()).isEqualTo(current[0]);
      assertThat(link.path("spanId").asText()).isEqualTo(current[1]);
      assertThat(Scenario.attributes(link.path("attributes")))
          .containsEntry("keyring.link.relation", "application");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http-platform", "http-virtual", "spans", "storm"})
  void everyCallWithinASpanIsJoinedToIt(String name) {
    List<Item> calls = calls(name).stream().filter(log -> !current(log)[0].equals(NONE)).toList();
    long joined = calls.stream().filter(ApplicationTraceIT::correlated).count();
    System.out.printf(
        "correlation: %s: %d of %d calls within a span joined to it%n", name, joined, calls.size());
    assertThat(calls).hasSizeGreaterThanOrEqualTo(50);
    assertThat(joined).isEqualTo(calls.size());
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.requestkey.it.Scenario.Item;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A run of {@link io.requestkey.it.app.SelfCaller} that captures itself: what it said, and what
 * arrived of it.
 *
 * @param output all that it wrote
 * @param said its words on stdout, with what follows each
 */
record OwnCaptureRun(
    String description,
    int exitStatus,
    String output,
    Map<String, String> said,
    Scenario.Items items) {

  String said(String word) {
    return Objects.requireNonNull(said.get(word), () -> word + " was not said: " + output);
  }

  List<Item> calls() {
    return items.logs().stream()
        .filter(log -> log.node().path("eventName").asText().startsWith("keyring."))
        .toList();
  }

  /** The one call of that event, of the operation if it is keyctl's, of the description. */
  Item call(String event, String operation, String description) {
    List<Item> found =
        calls().stream()
            .filter(log -> log.node().path("eventName").asText().equals(event))
            .filter(log ->
                operation.equals(
                    Objects.requireNonNullElse(log.get("keyring.keyctl.operation"), "")))
            .filter(log ->
                event.equals("keyring.keyctl")
                    || description.equals(log.get("keyring.key.description")))
            .toList();
    assertThat(found).as("%s %s in %s", event, operation, calls()).hasSize(1);
    return found.getFirst();
  }

  /** The application's own spans, but the one that it begins with. */
  List<String> applicationsSpans() {
    return items.spans().stream()
        .filter(span -> !isOfACall(span))
        .filter(span -> !span.node().path("name").asText().equals("warm-up"))
        .map(Item::spanId)
        .toList();
  }

  List<Item> spansOfCalls() {
    return items.spans().stream().filter(OwnCaptureRun::isOfACall).toList();
  }

  private static boolean isOfACall(Item span) {
    return span.attributes().keySet().stream().anyMatch(key -> key.startsWith("keyring."));
  }

  List<Item> spans(Item log) {
    return items.spans().stream().filter(span -> span.spanId().equals(log.spanId())).toList();
  }

  Item span(Item log) {
    assertThat(spans(log)).as("spans of %s", log.node()).hasSize(1);
    return spans(log).getFirst();
  }

  List<String> warnings() {
    return output.lines().filter(line -> line.contains(" WARN ")).toList();
  }

  /**
   * Everything that was called is there, field by field, and nothing else is.
   *
   * @param argsSource where the strings are to have been read
   */
  void assertEverything(String argsSource) {
    assertThat(exitStatus()).as(output()).isZero();
    assertThat(warnings()).isEmpty();
    Item add = call("keyring.add_key", "", description());
    Item request = call("keyring.request_key", "", description());
    Item describe = call("keyring.keyctl", "describe", description());
    Item read = call("keyring.keyctl", "read", description());
    Item absent = call("keyring.request_key", "", description() + ":absent");
    // And nothing else: not what other processes called meanwhile, nor what we called ourselves.
    assertThat(calls()).containsExactlyInAnyOrder(add, request, describe, read, absent);
    for (Item log : List.of(add, request, describe, read)) {
      assertChildOfTheApplicationsSpan(log);
    }
    for (Item log : calls()) {
      assertOfTheApplication(log, argsSource);
    }

    assertThat(request.get("keyring.key.serial")).isEqualTo(Long.valueOf(said("key")));
    assertThat(request.get("keyring.key.type")).isEqualTo("user");
    assertThat(request.get("keyring.result")).isEqualTo(Long.valueOf(said("key")));
    assertThat(read.get("keyring.result")).isEqualTo(Long.valueOf(said("read")));
    assertThat(span(request).node().path("name").asText()).isEqualTo("request_key user");
    assertThat(span(read).node().path("name").asText()).isEqualTo("keyctl read");

    for (Item followUp : List.of(describe, read)) {
      assertLink(span(followUp), request, "origin");
      assertLink(span(request), followUp, "follow_up");
      assertThat(followUp.get("keyring.origin.span_id")).isEqualTo(request.spanId());
    }

    Item absentSpan = span(absent);
    assertThat(absentSpan.node().path("parentSpanId").asText("")).isEmpty();
    assertThat(absent.traceId()).isNotEqualTo(said("trace"));
    assertThat(absentSpan.node().path("status").path("code").asInt()).isEqualTo(2);
    assertThat(absent.node().path("severityNumber").asInt()).isEqualTo(13);
    assertThat(absent.get("error.type")).isEqualTo("ENOKEY");
  }

  private void assertChildOfTheApplicationsSpan(Item log) {
    assertThat(log.traceId()).as("%s", log.node()).isEqualTo(said("trace"));
    assertThat(log.get("keyring.correlation.source")).isEqualTo("sdk_tls");
    Item span = span(log);
    assertThat(span.traceId()).isEqualTo(said("trace"));
    assertThat(span.node().path("parentSpanId").asText()).isEqualTo(said("span"));
  }

  /** The two signals of a call agree, and are the application's. */
  private void assertOfTheApplication(Item log, String argsSource) {
    Item span = span(log);
    Item work =
        items().spans().stream()
            .filter(each -> each.spanId().equals(said("span")))
            .findAny()
            .orElseThrow();
    assertThat(log.get("process.vpid")).isEqualTo(Long.valueOf(said("pid")));
    assertThat(log.get("keyring.caller.service.name")).isEqualTo("it-own");
    assertThat(log.get("keyring.args.source"))
        .isEqualTo(event(log).equals("keyring.keyctl") ? null : argsSource);
    assertThat(span.resource()).containsEntry("service.name", "it-own").isEqualTo(work.resource());
    assertThat(log.resource()).isEqualTo(work.resource());
    assertThat(span.traceId()).isEqualTo(log.traceId());
    assertThat(span.nanos("startTimeUnixNano")).isEqualTo(log.nanos("timeUnixNano"));
    assertThat(span.nanos("endTimeUnixNano") - span.nanos("startTimeUnixNano"))
        .isEqualTo(log.get("keyring.duration"));
    assertThat(log.nanos("observedTimeUnixNano")).isGreaterThan(log.nanos("timeUnixNano"));
    assertThat(log.node().path("body").path("stringValue").asText()).isNotEmpty();
    Map<String, Object> attributes = new HashMap<>(log.attributes());
    assertThat(attributes.remove("log.record.uid")).isNotNull();
    // The Java agent says of each span which thread made it.
    Map<String, Object> ofSpan = new HashMap<>(span.attributes());
    ofSpan.keySet().removeIf(key -> key.startsWith("thread."));
    assertThat(ofSpan).isEqualTo(attributes);
  }

  private static void assertLink(Item span, Item to, String relation) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode link : span.node().path("links")) {
      if (link.path("spanId").asText().equals(to.spanId())) {
        found.add(link);
      }
    }
    assertThat(found).as("links of %s to %s", span.node(), to.spanId()).hasSize(1);
    assertThat(found.getFirst().path("traceId").asText()).isEqualTo(to.traceId());
    assertThat(Scenario.attributes(found.getFirst().path("attributes")))
        .containsExactly(Map.entry("keyring.link.relation", relation));
  }

  private static String event(Item log) {
    return log.node().path("eventName").asText();
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import com.fasterxml.jackson.databind.JsonNode;
import io.requestkey.it.Scenario.Item;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * The records of a scripted workload as text that is the same wherever it ran: serial numbers, span
 * ids and descriptions are named after the call that made them, and what differs by nature is only
 * said to be there.
 */
final class Story {

  /** What another run of the same workload has otherwise. */
  private static final Set<String> VOLATILE =
      Set.of(
          "process.pid",
          "process.vpid",
          "process.parent_pid",
          "process.creation.time",
          "process.executable.path",
          "process.linux.cgroup",
          "keyring.caller.tid",
          "keyring.caller.vtid",
          "keyring.caller.parent_vpid",
          "keyring.caller.cgroup.id",
          "keyring.caller.parent_creation_time",
          "keyring.caller.session_keyring.serial",
          "keyring.caller.user_namespace",
          "keyring.caller.pid_namespace",
          "keyring.duration",
          "log.record.uid");

  /** Above every number that an operation is given, below every address. */
  private static final long LEAST_ADDRESS = 1L << 32;

  private final Scenario scenario;
  private final List<String> names;
  private final Map<Long, String> serials = new HashMap<>();
  private final Map<String, String> spans = new HashMap<>();

  private Story(Scenario scenario, List<String> names) {
    this.scenario = scenario;
    this.names = names;
  }

  /**
   * Tells what was recorded of some calls.
   *
   * @param names the calls, in the order they were made
   */
  static String of(Scenario scenario, List<String> names) {
    return new Story(scenario, names).tell();
  }

  private String tell() {
    List<Item> made =
        scenario.logs().stream()
            .filter(log -> "operations".equals(log.get("keyring.caller.comm")))
            // Whoever is running when a key goes does not call.
            .filter(log -> !log.node().path("eventName").asText().equals("keyring.key_freed"))
            .sorted(Comparator.comparingLong(log -> log.nanos("timeUnixNano")))
            .toList();
    if (made.size() != names.size()) {
      return made.size() + " records of " + names.size() + " calls\n";
    }
    // One thread made them one after the other, and a child the last two: the n-th record is the
    // n-th call's.
    Map<String, Item> logs = new HashMap<>();
    for (int i = 0; i < made.size(); i++) {
      String name = names.get(i);
      logs.put(name, made.get(i));
      spans.putIfAbsent(made.get(i).spanId(), name);
      long answer = Long.parseLong(scenario.call(name).answer());
      if (answer > 1_000_000) {
        serials.putIfAbsent(answer, name);
      }
    }
    List<String> lines = new ArrayList<>();
    for (String name : names) {
      lines.add(name + ": " + tell(Objects.requireNonNull(logs.get(name))));
    }
    return String.join("\n", lines) + "\n";
  }

  private String tell(Item log) {
    Item span = scenario.span(log);
    StringBuilder line = new StringBuilder();
    line.append(log.node().path("eventName").asText())
        .append(" \"")
        .append(span.node().path("name").asText())
        .append("\" severity ")
        .append(log.node().path("severityNumber").asInt());
    for (JsonNode link : span.node().path("links")) {
      line.append(" link ")
          .append(Scenario.attributes(link.path("attributes")).get("keyring.link.relation"))
          .append(" -> ")
          .append(spans.getOrDefault(link.path("spanId").asText(), "?"));
    }
    new TreeMap<>(log.attributes())
        .forEach((key, value) ->
            line.append("\n    ").append(key).append(" = ").append(tell(key, value)));
    return line.toString();
  }

  private String tell(String key, Object value) {
    if (VOLATILE.contains(key)) {
      return "...";
    }
    if (value instanceof Long number) {
      String serial = serials.get(number);
      if (serial != null) {
        return "<" + serial + ">";
      }
      return number >= LEAST_ADDRESS ? "<address>" : number.toString();
    }
    String text = String.valueOf(value);
    String span = spans.get(text);
    if (span != null) {
      return "<" + span + ">";
    }
    if (key.endsWith("trace_id")) {
      return "...";
    }
    // Descriptions begin with what keeps two runs apart.
    return text.replaceAll("it-ops-\\d+:", "it-ops:");
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import com.fasterxml.jackson.databind.JsonNode;
import io.requestkey.it.Scenario.Call;
import io.requestkey.it.Scenario.Item;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
          "keyring.caller.start_time",
          "keyring.caller.parent.start_time",
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
    Map<String, Item> logs = new HashMap<>();
    for (String name : names) {
      Call call = scenario.call(name);
      List<Item> found =
          scenario.logs().stream()
              .filter(log -> within(log, call))
              .filter(log -> comm(log).equals("operations"))
              .toList();
      if (found.size() == 1) {
        logs.put(name, found.getFirst());
        spans.putIfAbsent(found.getFirst().spanId(), name);
      }
      long answer = Long.parseLong(call.answer());
      if (answer > 1_000_000) {
        serials.putIfAbsent(answer, name);
      }
    }
    List<String> lines = new ArrayList<>();
    for (String name : names) {
      Item log = logs.get(name);
      lines.add(log == null ? name + ": no single record" : name + ": " + tell(log));
    }
    return String.join("\n", lines) + "\n";
  }

  private static boolean within(Item log, Call call) {
    return log.nanos("timeUnixNano") >= call.beginNanos()
        && log.nanos("timeUnixNano") <= call.endNanos();
  }

  private static String comm(Item log) {
    return String.valueOf(log.get("keyring.caller.comm"));
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

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the scenario left: the truth it wrote down, and what the collector received. */
record Scenario(Path out, Map<String, Call> truth, List<Item> logs, List<Item> spans) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A call as its maker saw it. */
  record Call(long beginNanos, long endNanos, String answer) {}

  /** A log record or span as the collector wrote it. */
  record Item(JsonNode node, Map<String, Object> attributes, Map<String, Object> resource) {
    String traceId() {
      return node.path("traceId").asText();
    }

    String spanId() {
      return node.path("spanId").asText();
    }

    @Nullable Object get(String attribute) {
      return attributes.get(attribute);
    }

    long nanos(String field) {
      return Long.parseLong(node.path(field).asText("0"));
    }
  }

  static Scenario read(Path out) throws IOException {
    Map<String, Call> truth = new LinkedHashMap<>();
    for (String file : List.of("truth", "story")) {
      Path written = out.resolve(file);
      if (!Files.exists(written)) {
        continue;
      }
      for (String line : Files.readAllLines(written)) {
        String[] words = line.split(" ", 4);
        truth.put(
            file.equals("truth") ? words[0] : file + ":" + words[0],
            new Call(Long.parseLong(words[1]), Long.parseLong(words[2]), words[3]));
      }
    }
    Items items = Items.of(Files.readAllLines(out.resolve("collector.jsonl")));
    return new Scenario(
        out, truth, once(items.logs(), Scenario::uid), once(items.spans(), Item::spanId));
  }

  /** A record of losses is of no call and has none of its own. */
  private static String uid(Item log) {
    return String.valueOf(log.attributes().getOrDefault("log.record.uid", log.node()));
  }

  /**
   * Delivery is at least once: where an answer came too late, what was sent comes again, and must
   * then be the very same.
   */
  private static List<Item> once(List<Item> items, Function<Item, String> id) {
    Map<String, Item> first = new LinkedHashMap<>();
    for (Item item : items) {
      Item before = first.putIfAbsent(id.apply(item), item);
      if (before != null && !before.equals(item)) {
        throw new AssertionError("sent again, but otherwise: " + before + " and " + item);
      }
    }
    return List.copyOf(first.values());
  }

  /** What a collector wrote. */
  record Items(List<Item> logs, List<Item> spans) {

    static Items of(List<String> lines) throws IOException {
      Items items = new Items(new ArrayList<>(), new ArrayList<>());
      for (String line : lines) {
        JsonNode batch = JSON.readTree(line);
        collect(batch, "resourceLogs", "scopeLogs", "logRecords", items.logs());
        collect(batch, "resourceSpans", "scopeSpans", "spans", items.spans());
      }
      return items;
    }
  }

  private static void collect(
      JsonNode batch, String resources, String scopes, String items, List<Item> into) {
    for (JsonNode resource : batch.path(resources)) {
      Map<String, Object> of = attributes(resource.path("resource").path("attributes"));
      for (JsonNode scope : resource.path(scopes)) {
        for (JsonNode item : scope.path(items)) {
          into.add(new Item(item, attributes(item.path("attributes")), of));
        }
      }
    }
  }

  static Map<String, Object> attributes(JsonNode list) {
    Map<String, Object> attributes = new HashMap<>();
    for (JsonNode attribute : list) {
      JsonNode value = attribute.path("value");
      Object plain;
      if (value.has("intValue")) {
        plain = Long.parseLong(value.path("intValue").asText());
      } else if (value.has("boolValue")) {
        plain = value.path("boolValue").asBoolean();
      } else {
        plain = value.path("stringValue").asText();
      }
      attributes.put(attribute.path("key").asText(), plain);
    }
    return attributes;
  }

  Call call(String name) {
    Call call = truth.get(name);
    if (call == null) {
      throw new AssertionError("the scenario made no call " + name);
    }
    return call;
  }

  /** The log records of one kind made within a call's true interval, in order of time. */
  List<Item> logs(String event, String name) {
    Call call = call(name);
    return logs.stream()
        .filter(log -> log.node().path("eventName").asText().equals(event))
        .filter(log ->
            log.nanos("timeUnixNano") >= call.beginNanos()
                && log.nanos("timeUnixNano") <= call.endNanos())
        .toList();
  }

  Item span(Item log) {
    List<Item> found = spans.stream().filter(s -> s.spanId().equals(log.spanId())).toList();
    if (found.size() != 1) {
      throw new AssertionError(found.size() + " spans of log record " + log.node());
    }
    return found.getFirst();
  }

  JsonNode ledger(String agent) throws IOException {
    return JSON.readTree(Files.readString(out.resolve(agent + ".ledger.json")));
  }

  String file(String name) throws IOException {
    return Files.readString(out.resolve(name));
  }
}

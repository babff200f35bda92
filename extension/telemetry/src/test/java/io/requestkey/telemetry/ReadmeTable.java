/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.requestkey.telemetry.SemanticConventions.Definition;
import io.requestkey.telemetry.SemanticConventions.Item;
import io.requestkey.telemetry.SemanticConventions.Reference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Tables of the registry for the README. Attributes that belong together share a row. */
final class ReadmeTable {

  /** Last parts of names that only say more about the attribute before. */
  private static final Set<String> DETAILS =
      Set.of("state", "truncated", "redacted", "length", "text", "reason", "name", "resolved");

  private static final Map<String, String> EVENTS = new LinkedHashMap<>();

  static {
    EVENTS.put("keyring.request_key", "R");
    EVENTS.put("keyring.add_key", "A");
    EVENTS.put("keyring.keyctl", "K");
    EVENTS.put("keyring.upcall", "U");
    EVENTS.put("keyring.key_freed", "F");
  }

  /** Attributes, with what they mean and what has them. */
  static String attributes(SemanticConventions registry) {
    Map<String, Definition> definitions = registry.definitions();
    Set<String> keys = new LinkedHashSet<>(definitions.keySet());
    registry.events().values().forEach(event -> keys.addAll(event.attributes().keySet()));
    StringBuilder table = new StringBuilder("| attribute | on | meaning |\n|---|---|---|\n");
    List<String> row = new ArrayList<>();
    for (String key : keys) {
      if (!row.isEmpty() && detail(key, row.getFirst())) {
        row.add(key);
        continue;
      }
      append(table, row, registry);
      row.clear();
      row.add(key);
    }
    append(table, row, registry);
    return table.toString();
  }

  /** Metrics, with their attributes. */
  static String metrics(SemanticConventions registry) {
    StringBuilder table =
        new StringBuilder("| metric | kind | unit | by | meaning |\n|---|---|---|---|---|\n");
    for (Item metric : registry.metrics().values()) {
      table.append("| `").append(metric.name()).append("` | ").append(metric.detail());
      table.append(" | `").append(metric.unit()).append("` | ");
      if (!metric.attributes().isEmpty()) {
        table.append('`').append(String.join("`, `", metric.attributes().keySet())).append("` ");
      }
      table.append("| ").append(metric.brief()).append(" |\n");
    }
    return table.toString();
  }

  private static boolean detail(String key, String first) {
    String last = key.substring(key.lastIndexOf('.') + 1);
    String parent = key.substring(0, key.lastIndexOf('.'));
    return DETAILS.contains(last) && (parent.equals(first) || (parent + ".serial").equals(first));
  }

  private static void append(StringBuilder table, List<String> row, SemanticConventions registry) {
    if (row.isEmpty()) {
      return;
    }
    String first = row.getFirst();
    table.append("| `").append(first).append('`');
    for (String more : row.subList(1, row.size())) {
      table.append(", `").append(more.substring(more.lastIndexOf('.'))).append('`');
    }
    table.append(" | ").append(events(first, registry)).append(" | ");
    table.append(meaning(first, registry)).append(" |\n");
  }

  private static String events(String key, SemanticConventions registry) {
    if (registry.links().containsKey(key)) {
      return "links";
    }
    List<String> letters = new ArrayList<>();
    EVENTS.forEach((event, letter) -> {
      if (registry.event(event).attributes().containsKey(key)) {
        letters.add(letter);
      }
    });
    if (letters.isEmpty()) {
      return registry.event(KeyringEvents.LOSS).attributes().containsKey(key) ? "loss" : "metrics";
    }
    String on = letters.size() == EVENTS.size() ? "all" : String.join(" ", letters);
    boolean span =
        registry.spans().values().stream().anyMatch(item -> item.attributes().containsKey(key));
    return span || (letters.contains("F") && letters.size() == 1) ? on : on + " (logs)";
  }

  private static String meaning(String key, SemanticConventions registry) {
    Definition definition = registry.definitions().get(key);
    if (definition != null) {
      String members =
          definition.members().isEmpty()
              ? ""
              : " `" + String.join("`, `", definition.members()) + "`";
      return definition.brief() + members;
    }
    return registry.events().values().stream()
        .map(event -> event.attributes().get(key))
        .filter(Objects::nonNull)
        .map(Reference::brief)
        .map(Objects::requireNonNull)
        .findFirst()
        .orElseThrow();
  }

  private ReadmeTable() {}
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The registry in {@code src/main/semconv}, read as weaver reads it. */
final class SemanticConventions {

  static final Path DIRECTORY = Path.of("src/main/semconv");

  /** An attribute defined there; {@code type} is {@code string} for an enum. */
  record Definition(
      String key, String type, String stability, String brief, List<String> members) {}

  /** An attribute an event, span or metric may have. */
  record Reference(String key, boolean required, @Nullable String brief) {}

  /**
   * An event, span or metric.
   *
   * @param name or type
   * @param detail kind or instrument
   * @param unit of a metric
   */
  record Item(
      String name,
      @Nullable String detail,
      @Nullable String unit,
      @Nullable String brief,
      @Nullable String stability,
      Map<String, Reference> attributes) {}

  private final List<Map<String, Object>> files = new ArrayList<>();
  private final Map<String, List<Map<String, Object>>> groups = new LinkedHashMap<>();

  static SemanticConventions read() throws IOException {
    SemanticConventions read = new SemanticConventions();
    try (Stream<Path> paths = Files.list(DIRECTORY)) {
      for (Path path : paths.sorted().toList()) {
        if (!path.endsWith("manifest.yaml")) {
          read.files.add(yaml(path));
        }
      }
    }
    for (Map<String, Object> group : read.list("attribute_groups")) {
      read.groups.put(text(group, "id"), attributes(group));
    }
    return read;
  }

  static Map<String, Object> manifest() throws IOException {
    return yaml(DIRECTORY.resolve("manifest.yaml"));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> yaml(Path path) throws IOException {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    try (Reader in = Files.newBufferedReader(path)) {
      return (Map<String, Object>) new Yaml(new SafeConstructor(options)).load(in);
    }
  }

  List<Map<String, Object>> files() {
    return files;
  }

  /** Own attributes by key, in the order they stand in. */
  Map<String, Definition> definitions() {
    Map<String, Definition> definitions = new LinkedHashMap<>();
    for (Map<String, Object> attribute : list("attributes")) {
      String key = text(attribute, "key");
      Object type = attribute.get("type");
      List<String> members = type instanceof Map<?, ?> map ? members(map) : List.of();
      Definition other =
          definitions.put(
              key,
              new Definition(
                  key,
                  type instanceof String name ? name : "string",
                  text(attribute, "stability"),
                  text(attribute, "brief"),
                  members));
      if (other != null) {
        throw new IllegalStateException(key + " is defined twice");
      }
    }
    return definitions;
  }

  @SuppressWarnings("unchecked")
  private static List<String> members(Map<?, ?> type) {
    return ((List<Map<String, Object>>) Objects.requireNonNull(type.get("members")))
        .stream().map(member -> text(member, "value")).toList();
  }

  Map<String, Item> events() {
    return items("events", "name", "kind");
  }

  Map<String, Item> spans() {
    return items("spans", "type", "kind");
  }

  Map<String, Item> metrics() {
    return items("metrics", "name", "instrument");
  }

  Item event(String name) {
    return Objects.requireNonNull(events().get(name), name);
  }

  Item span(String name) {
    return Objects.requireNonNull(spans().get(name), name);
  }

  Item metric(String name) {
    return Objects.requireNonNull(metrics().get(name), name);
  }

  /** Attributes of links. */
  Map<String, Reference> links() {
    return references(groups.getOrDefault("keyring.link", List.of()));
  }

  private Map<String, Item> items(String section, String nameField, String detailField) {
    Map<String, Item> items = new LinkedHashMap<>();
    for (Map<String, Object> item : list(section)) {
      String name = text(item, nameField);
      items.put(
          name,
          new Item(
              name,
              (String) item.get(detailField),
              (String) item.get("unit"),
              (String) item.get("brief"),
              (String) item.get("stability"),
              references(attributes(item))));
    }
    return items;
  }

  private Map<String, Reference> references(List<Map<String, Object>> attributes) {
    Map<String, Reference> references = new LinkedHashMap<>();
    for (Map<String, Object> attribute : attributes) {
      String group = (String) attribute.get("ref_group");
      if (group != null) {
        references.putAll(references(Objects.requireNonNull(groups.get(group), group)));
        continue;
      }
      String key = text(attribute, "ref");
      Reference other =
          references.put(
              key,
              new Reference(
                  key,
                  "required".equals(attribute.get("requirement_level")),
                  (String) attribute.get("brief")));
      if (other != null) {
        throw new IllegalStateException(key + " is referred to twice");
      }
    }
    return references;
  }

  private static String text(Map<String, Object> of, String field) {
    return (String) Objects.requireNonNull(of.get(field), field);
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> attributes(Map<String, Object> item) {
    return (List<Map<String, Object>>) item.getOrDefault("attributes", List.of());
  }

  @SuppressWarnings("unchecked")
  private List<Map<String, Object>> list(String section) {
    return files.stream()
        .flatMap(
            file -> ((List<Map<String, Object>>) file.getOrDefault(section, List.of())).stream())
        .toList();
  }
}

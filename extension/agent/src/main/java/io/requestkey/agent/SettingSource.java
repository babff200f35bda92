/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Our own settings as given outside the command line: {@code otel.requestkey.*} system properties,
 * then {@code OTEL_REQUESTKEY_*} environment variables. A name nobody knows is an error, not a
 * setting that quietly does nothing.
 */
final class SettingSource {

  private static final String PROPERTY_PREFIX = "otel.requestkey.";
  private static final String VARIABLE_PREFIX = "OTEL_REQUESTKEY_";

  private final Map<String, Given> given;

  private record Given(String name, String value) {}

  private SettingSource(Map<String, Given> given) {
    this.given = given;
  }

  /**
   * Reads both sources.
   *
   * @param known names without prefix, such as {@code ring.size}
   * @throws SettingException when one is not known
   */
  static SettingSource read(
      Properties properties, Map<String, String> environment, Set<String> known)
      throws SettingException {
    Map<String, Given> given = new LinkedHashMap<>();
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      String name = variable.getKey();
      if (name.startsWith(VARIABLE_PREFIX)) {
        String key =
            name.substring(VARIABLE_PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.');
        put(given, key, name, variable.getValue(), known, true);
      }
    }
    for (String name : new TreeSet<>(properties.stringPropertyNames())) {
      if (name.startsWith(PROPERTY_PREFIX)) {
        String key = name.substring(PROPERTY_PREFIX.length());
        put(given, key, name, properties.getProperty(name), known, false);
      }
    }
    return new SettingSource(given);
  }

  private static void put(
      Map<String, Given> given,
      String key,
      String name,
      String value,
      Set<String> known,
      boolean variable)
      throws SettingException {
    if (!known.contains(key)) {
      throw new SettingException(
          "unknown "
              + (variable ? "environment variable " : "property ")
              + name
              + ": known are "
              + String.join(", ", known.stream().sorted().map(k -> display(k, variable)).toList()));
    }
    // An empty variable counts as not set (OpenTelemetry specification, environment variables).
    if (!value.isBlank()) {
      given.put(key, new Given(name, value.strip()));
    }
  }

  private static String display(String key, boolean variable) {
    return variable
        ? VARIABLE_PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_')
        : PROPERTY_PREFIX + key;
  }

  /** The value of a setting, or null. */
  @Nullable String value(String key) {
    Given found = given.get(key);
    return found == null ? null : found.value();
  }

  /** What the user called it, for messages. */
  String name(String key) {
    Given found = given.get(key);
    return found == null ? PROPERTY_PREFIX + key : found.name();
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Settings, by system property or environment variable: what an extension is given of the Java
 * agent's own configuration differs between its two ways of being configured, and these do not.
 */
enum Setting {
  /** Whether anything is published. */
  PUBLISH("otel.requestkey.publish"),
  /**
   * Whether virtual threads publish. Takes a change to a class of the JDK, so it can be refused.
   */
  VIRTUAL_THREADS("otel.requestkey.publish.virtual.threads"),
  /** {@code self}: this process's own calls on keys are captured. */
  CAPTURE("otel.requestkey.capture"),
  /** The SDK's own: whether it does nothing at all. */
  SDK_DISABLED("otel.sdk.disabled");

  static final String PREFIX = "otel.requestkey.";

  private static final String VARIABLE_PREFIX = "OTEL_REQUESTKEY_";

  private final String property;

  Setting(String property) {
    this.property = property;
  }

  /**
   * A setting as it was given.
   *
   * @param name the property or the variable, for messages
   * @param value not blank
   */
  record Given(String name, String value) {}

  /** What is said; null if nothing is, or only blanks. */
  @Nullable Given given() {
    return given(property);
  }

  /** What is said of any property, or by the variable of its name. */
  static @Nullable Given given(String property) {
    String value = System.getProperty(property);
    if (value != null && !value.isBlank()) {
      return new Given(property, value.trim());
    }
    String variable = property.toUpperCase(Locale.ROOT).replace('.', '_');
    value = System.getenv(variable);
    return value == null || value.isBlank() ? null : new Given(variable, value.trim());
  }

  /** All properties and variables of ours that are given, known or not, by the names they have. */
  static SortedSet<String> allGiven() {
    SortedSet<String> all = new TreeSet<>();
    for (String property : System.getProperties().stringPropertyNames()) {
      if (property.startsWith(PREFIX) && !System.getProperty(property, "").isBlank()) {
        all.add(property);
      }
    }
    System.getenv()
        .forEach((variable, value) -> {
          if (variable.startsWith(VARIABLE_PREFIX) && !value.isBlank()) {
            all.add(variable);
          }
        });
    return all;
  }

  /** The property that a name means which is one, or is that of a variable. */
  static String property(String name) {
    return name.startsWith(VARIABLE_PREFIX)
        ? name.toLowerCase(Locale.ROOT).replace('_', '.')
        : name;
  }

  /** On unless {@code false} is said. */
  boolean isOn() {
    Given given = given();
    return given == null || !given.value().equalsIgnoreCase("false");
  }

  /** Off unless {@code true} is said. */
  boolean isTrue() {
    Given given = given();
    return given != null && given.value().equalsIgnoreCase("true");
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import java.util.Locale;

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
  VIRTUAL_THREADS("otel.requestkey.publish.virtual.threads");

  private final String property;

  Setting(String property) {
    this.property = property;
  }

  /** On unless {@code false} is said. */
  boolean isOn() {
    String value = System.getProperty(property);
    if (value == null) {
      value = System.getenv(property.toUpperCase(Locale.ROOT).replace('.', '_'));
    }
    return value == null || !value.trim().equalsIgnoreCase("false");
  }
}

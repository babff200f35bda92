/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.requestkey.agent.otlp.Endpoint;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the agent sets where the user has not: the rest is as the SDK and the OpenTelemetry
 * specification have it.
 */
final class OtlpDefaults {

  static final String SERVICE_NAME = "requestkey";

  private static final List<String> ENDPOINTS =
      List.of(
          "otel.exporter.otlp.endpoint",
          "otel.exporter.otlp.logs.endpoint",
          "otel.exporter.otlp.traces.endpoint");
  private static final List<String> SIGNALS = List.of("logs", "traces");

  private static final List<String> TIMEOUTS =
      List.of(
          "otel.exporter.otlp.timeout",
          "otel.exporter.otlp.logs.timeout",
          "otel.exporter.otlp.traces.timeout");

  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  /** What our senders make of no time-out at all. */
  private static final Duration NO_TIMEOUT = Duration.ofDays(25);

  private OtlpDefaults() {}

  /** The longest time after which an exporter gives up by itself. */
  static Duration longestTimeout(ConfigProperties config) {
    Duration longest = DEFAULT_TIMEOUT;
    for (String property : TIMEOUTS) {
      Duration timeout = config.getDuration(property, DEFAULT_TIMEOUT);
      if (timeout.isZero() || timeout.compareTo(NO_TIMEOUT) > 0) {
        return NO_TIMEOUT;
      }
      longest = timeout.compareTo(longest) > 0 ? timeout : longest;
    }
    return longest;
  }

  /** Whether the user has said that, or where to, telemetry goes over OTLP. */
  static boolean otlpWanted(ConfigProperties config) {
    for (String endpoint : ENDPOINTS) {
      if (config.getString(endpoint) != null) {
        return true;
      }
    }
    for (String signal : SIGNALS) {
      if (config.getList("otel." + signal + ".exporter").contains("otlp")) {
        return true;
      }
    }
    return false;
  }

  /**
   * Properties to add.
   *
   * @param otlp whether there is to be an OTLP exporter where the user has not said
   */
  static Map<String, String> properties(ConfigProperties config, boolean otlp) {
    Map<String, String> added = new HashMap<>();
    for (String signal : SIGNALS) {
      String property = "otel." + signal + ".exporter";
      List<String> exporters = config.getList(property);
      if (exporters.isEmpty() && !otlp) {
        added.put(property, "none");
      } else if (exporters.contains("console")) {
        // The console is ours (see --console), not an exporter the SDK has to find.
        List<String> rest = exporters.stream().filter(e -> !e.equals("console")).toList();
        added.put(property, rest.isEmpty() ? "none" : String.join(",", rest));
      }
    }
    metrics(config, added);
    protocols(config, added);
    if (config.getString("otel.service.name") == null
        && !config.getMap("otel.resource.attributes").containsKey("service.name")) {
      added.put("otel.service.name", SERVICE_NAME);
    }
    return added;
  }

  /**
   * Metrics only go where they were meant to go: an endpoint of another signal's own is often one
   * that takes nothing else.
   */
  private static void metrics(ConfigProperties config, Map<String, String> added) {
    String property = "otel.metrics.exporter";
    List<String> exporters = config.getList(property);
    if (exporters.isEmpty()) {
      boolean wanted =
          config.getString("otel.exporter.otlp.endpoint") != null
              || config.getString("otel.exporter.otlp.metrics.endpoint") != null;
      added.put(property, wanted ? "otlp" : "none");
    } else if (exporters.contains("console")) {
      // There is /metrics to look at.
      List<String> rest = exporters.stream().filter(e -> !e.equals("console")).toList();
      added.put(property, rest.isEmpty() ? "none" : String.join(",", rest));
    }
  }

  /** Whether {@code console} stands among the exporters. */
  static boolean consoleWanted(ConfigProperties config) {
    return SIGNALS.stream()
        .anyMatch(signal -> config.getList("otel." + signal + ".exporter").contains("console"));
  }

  /**
   * A signal's own endpoint decides for it; but what the user has said, for all or for the signal,
   * stands above any port.
   */
  private static void protocols(ConfigProperties config, Map<String, String> added) {
    if (config.getString("otel.exporter.otlp.protocol") != null) {
      return;
    }
    added.put(
        "otel.exporter.otlp.protocol", protocol(config.getString("otel.exporter.otlp.endpoint")));
    for (String signal : List.of("logs", "traces", "metrics")) {
      String own = "otel.exporter.otlp." + signal;
      String endpoint = config.getString(own + ".endpoint");
      if (endpoint != null && config.getString(own + ".protocol") == null) {
        added.put(own + ".protocol", protocol(endpoint));
      }
    }
  }

  /** http/protobuf, as the specification wants it; but 4317 is gRPC's port. */
  private static String protocol(@Nullable String endpoint) {
    return port(endpoint) == 4317 ? "grpc" : "http/protobuf";
  }

  private static int port(@Nullable String endpoint) {
    if (endpoint == null) {
      return -1;
    }
    try {
      return Endpoint.of(URI.create(endpoint)).port();
    } catch (IllegalArgumentException e) {
      return -1; // The SDK will name it.
    }
  }
}

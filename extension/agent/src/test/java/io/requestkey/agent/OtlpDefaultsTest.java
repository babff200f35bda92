/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.autoconfigure.spi.internal.DefaultConfigProperties;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken where nothing is said of it, and what is told of where to. */
final class OtlpDefaultsTest {

  private static final String COMMON = "otel.exporter.otlp.protocol";

  private final Map<String, String> given = new HashMap<>();

  private Map<String, String> added() {
    return OtlpDefaults.properties(DefaultConfigProperties.createFromMap(given), true);
  }

  private String destination(String signal) {
    given.putAll(added());
    return Destination.of(DefaultConfigProperties.createFromMap(given), signal);
  }

  @Test
  void port4317IsGrpc() {
    given.put("otel.exporter.otlp.endpoint", "http://c:4317");
    assertThat(added()).containsEntry(COMMON, "grpc");
    given.put("otel.exporter.otlp.endpoint", "http://c:4318");
    assertThat(added()).containsEntry(COMMON, "http/protobuf");
  }

  @ParameterizedTest
  @ValueSource(strings = {"logs", "traces", "metrics"})
  void aSignalsOwnEndpointDecidesForIt(String signal) {
    String protocol = "otel.exporter.otlp." + signal + ".protocol";
    given.put("otel.exporter.otlp." + signal + ".endpoint", "http://c:4317");
    assertThat(added()).containsEntry(protocol, "grpc").containsEntry(COMMON, "http/protobuf");
    given.put("otel.exporter.otlp.endpoint", "http://c:4317");
    given.put("otel.exporter.otlp." + signal + ".endpoint", "http://c:4318/v1/" + signal);
    assertThat(added()).containsEntry(protocol, "http/protobuf").containsEntry(COMMON, "grpc");
  }

  @Test
  void whatIsSaidOfTheProtocolStands() {
    given.put("otel.exporter.otlp.logs.endpoint", "http://c:4317");
    given.put("otel.exporter.otlp.logs.protocol", "http/protobuf");
    assertThat(added()).doesNotContainKey("otel.exporter.otlp.logs.protocol");
    given.remove("otel.exporter.otlp.logs.protocol");
    given.put(COMMON, "http/protobuf");
    assertThat(added()).doesNotContainKeys("otel.exporter.otlp.logs.protocol", COMMON);
  }

  @Test
  void whereToIsToldWithoutSecrets() {
    given.put("otel.exporter.otlp.endpoint", "https://user:token@host:4318/path?key=secret");
    assertThat(destination("logs")).isEqualTo("https://host:4318/path (http/protobuf)");
  }

  @Test
  void whereToIsToldBySignal() {
    given.put("otel.exporter.otlp.traces.endpoint", "http://c:4317");
    assertThat(destination("traces")).isEqualTo("http://c:4317 (grpc)");
    assertThat(destination("logs")).isEqualTo("http://localhost:4318 (http/protobuf)");
  }

  private static Duration timeout(Map<String, String> properties) {
    return OtlpDefaults.longestTimeout(DefaultConfigProperties.createFromMap(properties));
  }

  @Test
  void theLongestTimeoutIsThatOfAnySignal() {
    assertThat(timeout(Map.of())).isEqualTo(Duration.ofSeconds(10));
    assertThat(timeout(Map.of("otel.exporter.otlp.timeout", "300000")))
        .isEqualTo(Duration.ofMinutes(5));
    assertThat(
            timeout(
                Map.of(
                    "otel.exporter.otlp.timeout", "1s", "otel.exporter.otlp.traces.timeout", "6m")))
        .isEqualTo(Duration.ofMinutes(6));
    assertThat(timeout(Map.of("otel.exporter.otlp.logs.timeout", "0")))
        .as("none at all")
        .isGreaterThan(Duration.ofDays(24));
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.autoconfigure.spi.internal.DefaultConfigProperties;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OtlpDefaultsTest {

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

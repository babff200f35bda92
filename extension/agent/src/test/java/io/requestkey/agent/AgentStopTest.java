/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the time that a stop may take is parted. */
final class AgentStopTest {

  @ParameterizedTest
  @CsvSource({"0, 0", "1400, 700", "1500, 750", "1600, 800", "3000, 1500", "10000, 8500"})
  void theDeliveryHasHalfOfItOrAllButAReserve(long within, long delivery) {
    assertThat(Agent.forDelivery(Duration.ofMillis(within))).isEqualTo(Duration.ofMillis(delivery));
  }
}

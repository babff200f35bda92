/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class ProcessStartTest {

  private static final String AFTER_NAME = " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 0";

  @Test
  void ticksOfTenMilliseconds() throws IOException {
    assertThat(ProcessStart.parse("42 (java)" + AFTER_NAME)).isEqualTo(47_110_000_000L);
  }

  @Test
  void nameCanHoldAnything() throws IOException {
    assertThat(ProcessStart.parse("42 (a) S 1 2 (b c)" + AFTER_NAME)).isEqualTo(47_110_000_000L);
  }

  @Test
  void otherTextIsRefused() {
    assertThatThrownBy(() -> ProcessStart.parse("")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> ProcessStart.parse("42 (a) S 1")).isInstanceOf(IOException.class);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PidNamespaceTest {

  @Test
  void isNamedByItsInode() {
    assertThat(PidNamespace.parse("pid:[4026531836]")).isEqualTo(PidNamespace.INITIAL);
    assertThat(PidNamespace.parse("pid:[4026532741]")).isEqualTo(4_026_532_741L);
    assertThat(PidNamespace.own()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "pid:[]", "pid:[x]", "user:[4026531837]", "pid:[4026531836"})
  void whatIsNoPidNamespaceIsNone(String link) {
    assertThat(PidNamespace.parse(link)).isZero();
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.requestkey.capture.KeyctlOperation;
import io.requestkey.telemetry.KeyctlSignature.Argument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyctlSignatureTest {

  @ParameterizedTest
  @EnumSource(KeyctlOperation.class)
  void isFoundByNumber(KeyctlOperation operation) {
    assertThat(KeyctlSignature.of(operation.number())).isEqualTo(KeyctlSignature.of(operation));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 33, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void anUnknownOperationMayTakeAnything(int operation) {
    assertThat(KeyctlSignature.of(operation))
        .isEqualTo(new KeyctlSignature(Argument.RAW, Argument.RAW, Argument.RAW, Argument.RAW));
  }

  @ParameterizedTest
  @EnumSource(KeyctlOperation.class)
  void argumentsAreTakenFromTheLeft(KeyctlOperation operation) {
    KeyctlSignature signature = KeyctlSignature.of(operation);
    Argument[] arguments = {signature.arg2(), signature.arg3(), signature.arg4(), signature.arg5()};

    for (int i = 1; i < arguments.length; i++) {
      if (arguments[i - 1] == Argument.NONE) {
        assertThat(arguments[i]).isEqualTo(Argument.NONE);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "KEY, 0xfffffffd, -3",
    "KEY, 0x1_0000_0005, 5",
    "INT, 0xffffffff, -1",
    "UNSIGNED, -1, 4294967295",
    "MASK, 0x1_3f3f_0000, 0x3f3f0000",
    "ID, -1, -1",
    "ID, 0xffff_fffe, 4294967294",
    "SIZE, 0x1_0000_0000, 0x1_0000_0000",
    "POINTER, 0x7ffc_1234_5678, 0x7ffc_1234_5678",
    "RAW, -1, -1",
  })
  void valuesAreCastAsTheKernelDoes(Argument argument, String given, String taken) {
    assertThat(argument.taken(number(given))).isEqualTo(number(taken));
  }

  @Test
  void readTakesAKeyAndABuffer() {
    assertThat(KeyctlSignature.of(KeyctlOperation.READ))
        .isEqualTo(
            new KeyctlSignature(Argument.KEY, Argument.POINTER, Argument.SIZE, Argument.NONE));
  }

  private static long number(String text) {
    return Long.decode(text.replace("_", ""));
  }
}

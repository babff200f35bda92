/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PossibleCpusTest {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {"0 0", "0-3 3", "0-3,8-11 11", "0,2,4 4", "8-11,0-3 11", "1-2,7 7"})
  void highestNumber(String list, int highest) {
    assertThat(PossibleCpus.highest(list)).isEqualTo(highest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-", "0-", "a", "0-3,", "0--3", "4294967295", "65536"})
  void whatIsNoList(String list) {
    assertThatThrownBy(() -> PossibleCpus.highest(list)).isInstanceOf(NumberFormatException.class);
  }

  @Test
  void holesAreCounted() throws IOException {
    Path list = Files.writeString(folder.resolve("possible"), "0-3,8-11\n");
    assertThat(PossibleCpus.numbers(list, 8)).isEqualTo(12);
  }

  @Test
  void withoutAListTheyAreTakenToHaveNoHoles() throws IOException {
    assertThat(PossibleCpus.numbers(folder.resolve("none"), 8)).isEqualTo(8);
    Path list = Files.writeString(folder.resolve("possible"), "?\n");
    assertThat(PossibleCpus.numbers(list, 8)).isEqualTo(8);
  }
}

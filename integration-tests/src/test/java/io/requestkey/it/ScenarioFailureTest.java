/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That one message says why. */
final class ScenarioFailureTest {

  @TempDir Path folder;

  @Test
  void saysTheReasonFirstAndThenWhatEverybodySaidLast() throws Exception {
    Path log = folder.resolve("guest.log");
    Files.writeString(
        log,
        IntStream.range(0, 50).mapToObj(i -> "line " + i).collect(Collectors.joining("\n"))
            + "\nscenario: no settled ledger in time\n\n");
    Path out = Files.createDirectory(folder.resolve("out"));
    Files.writeString(out.resolve("grpc.err"), "cannot listen\n");
    Files.writeString(out.resolve("check.err"), "");
    Files.writeString(out.resolve("grpc.out"), "of no interest\n");

    ScenarioFailure failure = ScenarioFailure.of("the scenario ended with 1", log, out);

    assertThat(failure.shortly())
        .isEqualTo("the scenario ended with 1: scenario: no settled ledger in time");
    assertThat(failure.getMessage())
        .contains("line 49", "grpc.err ends with\n    cannot listen")
        .doesNotContain("line 20", "check.err", "of no interest");
  }

  @Test
  void saysWhatItCanWhereThereIsNothingToRead() throws Exception {
    Path log = folder.resolve("guest.log");
    Files.write(log, new byte[] {(byte) 0xff, 'x', '\n'});
    assertThat(ScenarioFailure.of("ended", log, folder.resolve("none")).shortly())
        .startsWith("ended: ")
        .endsWith("x");
    assertThat(ScenarioFailure.of("ended", folder.resolve("no.log"), folder).shortly())
        .contains("cannot be read");
  }
}

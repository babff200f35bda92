/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wrong use ends with status 2 and one line that names what was wrong. */
final class CommandLineTest {

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    return Main.execute(new Diagnostics(new PrintStream(err, true, StandardCharsets.UTF_8)), args);
  }

  private String error() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--nosuch x|Unknown option",
        "frobnicate|Unmatched argument",
        "--console xml|wrong value for --console: 'xml'; table, json, off are possible",
        "--capture fast|wrong value for --capture: 'fast'; auto, kprobe, tracepoint are possible",
        "--ring-size 5000|ring size 5000: a power of two",
        "--ring-size lots|wrong value for --ring-size: 'lots'",
        "--http 0.0.0.0:80|only a loopback address is possible",
        "--http nowhere|HOST:PORT is needed",
        "--uid root|a number from 0",
        "--operation explode|unknown operation 'explode'",
        "--journal some/where|an absolute path of a directory is needed, or memory",
        "--type a-type-name-longer-than-thirty-one-bytes|1 to 31 are possible",
        "--cgroup /no/such/group|no such cgroup",
      })
  void wrongUse(String line, String message) {
    assertThat(run(line.split(" ", -1))).isEqualTo(2);
    assertThat(error()).contains(message).hasLineCount(1).startsWith("requestkey: error: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "journal.sync|sometimes|none, interval, always are possible",
        "journal.full|panic|stop, drop-oldest are possible",
        "journal.sync.interval|soon|milliseconds",
        "request.size|1k|a size of 16384",
        "overload.spans|hide|keep, drop are possible",
      })
  void wrongValueOfAPropertyIsNamed(String name, String value, String message) {
    System.setProperty("otel.requestkey." + name, value);
    try {
      assertThat(run("check")).isEqualTo(2);
      assertThat(error())
          .contains("wrong value for otel.requestkey." + name)
          .contains(message)
          .hasLineCount(1);
    } finally {
      System.clearProperty("otel.requestkey." + name);
    }
  }

  /** Not wrong use: the same line may do tomorrow. */
  @Test
  void aJournalThatCannotBeUsedIsNoWrongUse(@TempDir Path temporary) throws IOException {
    Path file = Files.createFile(temporary.resolve("journal"));
    assertThat(run("--http", "off", "--console", "json", "--journal", file.toString()))
        .isEqualTo(1);
    assertThat(error())
        .contains("journal " + file)
        .hasLineCount(1)
        .startsWith("requestkey: error: ");
  }

  @Test
  void unknownPropertyIsNamed() {
    System.setProperty("otel.requestkey.rnig.size", "8m");
    try {
      assertThat(run("check")).isEqualTo(2);
      assertThat(error())
          .contains("unknown property otel.requestkey.rnig.size")
          .contains("otel.requestkey.ring.size")
          .hasLineCount(1);
    } finally {
      System.clearProperty("otel.requestkey.rnig.size");
    }
  }

  @Test
  void wrongOtelPropertyIsNamed() {
    System.setProperty("otel.exporter.otlp.endpoint", "gopher://example");
    try {
      assertThat(run("--http", "off")).isEqualTo(2);
      assertThat(error()).contains("gopher").hasLineCount(1);
    } finally {
      System.clearProperty("otel.exporter.otlp.endpoint");
    }
  }
}

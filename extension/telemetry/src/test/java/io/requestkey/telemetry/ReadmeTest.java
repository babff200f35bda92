/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The tables in README.md are those of the registry. */
class ReadmeTest {

  private static final Path README = Path.of("../../README.md");

  /**
   * Names the file with the table wanted, so that bringing the README up to date is copying it
   * between the markers.
   */
  @Test
  void theTablesAreThoseOfTheRegistry() throws IOException {
    SemanticConventions registry = SemanticConventions.read();
    String readme = Files.readString(README);
    for (Map.Entry<String, String> table :
        Map.of(
                "attributes", ReadmeTable.attributes(registry),
                "metrics", ReadmeTable.metrics(registry))
            .entrySet()) {
      Path wanted = Path.of("target", "readme-" + table.getKey() + ".md");
      Files.createDirectories(Path.of("target"));
      Files.writeString(wanted, table.getValue());

      assertThat(between(readme, table.getKey()))
          .as(
              "README.md, %s table; wanted is this, also in extension/telemetry/%s:%n%s",
              table.getKey(), wanted, table.getValue())
          .isEqualTo(table.getValue());
    }
  }

  private static String between(String readme, String name) {
    String begin = "<!-- semconv " + name + " -->\n";
    String end = "<!-- end semconv " + name + " -->";
    assertThat(readme).contains(begin, end);
    return readme.substring(readme.indexOf(begin) + begin.length(), readme.indexOf(end));
  }
}

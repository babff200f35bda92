/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A scenario that did not come to its end, and why: the first line of the message says it shortly,
 * the rest is what it and the agents said last.
 */
final class ScenarioFailure extends AssertionError {

  private static final long serialVersionUID = 1;

  private static final int LOG_LINES = 20;
  private static final int ERROR_LINES = 10;

  private ScenarioFailure(String message) {
    super(message);
  }

  /**
   * Of a scenario that has ended.
   *
   * @param how it ended
   * @param log what it wrote
   * @param out the folder of what it left
   */
  static ScenarioFailure of(String how, Path log, Path out) {
    List<String> said = lines(log);
    StringBuilder message =
        new StringBuilder(how)
            .append(": ")
            .append(said.isEmpty() ? "said nothing" : said.getLast());
    append(message, log, said, LOG_LINES);
    for (Path errors : errors(out)) {
      append(message, errors, lines(errors), ERROR_LINES);
    }
    return new ScenarioFailure(message.toString());
  }

  /** The first line. */
  String shortly() {
    return String.valueOf(getMessage()).lines().findFirst().orElse("");
  }

  private static void append(StringBuilder message, Path file, List<String> lines, int most) {
    if (lines.isEmpty()) {
      return;
    }
    message.append("\n--- ").append(file).append(" ends with");
    lines.stream()
        .skip(Math.max(0, lines.size() - most))
        .forEach(line -> message.append("\n    ").append(line));
  }

  private static List<Path> errors(Path out) {
    try (Stream<Path> files = Files.list(out)) {
      return files.filter(file -> file.toString().endsWith(".err")).sorted().toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Those with something in them; of a console they can be any bytes. */
  private static List<String> lines(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank())
          .toList();
    } catch (IOException e) {
      return List.of("cannot be read: " + e);
    }
  }
}

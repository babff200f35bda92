/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The mappings of a process that are of use here, from {@code /proc/PID/maps}: contexts, code, and
 * the beginnings of files.
 *
 * @param mappings by ascending address
 */
record ProcessMaps(List<Mapping> mappings) {

  /** A process chooses how many it has and how long their names are, but not our memory. */
  private static final int MAX_MAPPINGS = 8192;

  private static final int MAX_NAME = 512;

  /**
   * One line.
   *
   * @param start first address
   * @param end first address behind it
   * @param executable whether code in it can run
   * @param offset where in the file it begins, in bytes
   * @param file device and inode as one word, such as {@code 08:01 1234}; the same for all mappings
   *     of a file
   * @param name path, or a name in brackets; empty when there is none
   */
  record Mapping(long start, long end, boolean executable, long offset, String file, String name) {

    private boolean ofUse() {
      return name.length() <= MAX_NAME
          && (namedAsProcessContext() || (name.startsWith("/") && (executable || offset == 0)));
    }

    /** The names that the three ways of publishing leave (OTEP 4719, reading protocol). */
    boolean namedAsProcessContext() {
      return name.startsWith("/memfd:OTEL_CTX")
          || name.startsWith("[anon_shmem:OTEL_CTX]")
          || name.startsWith("[anon:OTEL_CTX]");
    }
  }

  ProcessMaps {
    mappings = List.copyOf(mappings);
  }

  /**
   * Reads them as they are now.
   *
   * @param directory {@code /proc/PID}
   */
  static ProcessMaps of(Path directory) throws IOException {
    // Names are bytes to the kernel; Latin-1 keeps each.
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Files.newInputStream(directory.resolve("maps")), StandardCharsets.ISO_8859_1))) {
      return parse(lines);
    }
  }

  static ProcessMaps parse(BufferedReader lines) throws IOException {
    List<Mapping> mappings = new ArrayList<>();
    String line;
    while (mappings.size() < MAX_MAPPINGS && (line = lines.readLine()) != null) {
      Mapping mapping = mapping(line);
      if (mapping != null && mapping.ofUse()) {
        mappings.add(mapping);
      }
    }
    return new ProcessMaps(mappings);
  }

  /** {@code start-end perms offset dev inode name}. */
  private static @Nullable Mapping mapping(String line) {
    String[] words = line.split(" +", 6);
    int dash = words[0].indexOf('-');
    if (words.length < 5 || dash < 0) {
      return null;
    }
    try {
      return new Mapping(
          Long.parseUnsignedLong(words[0].substring(0, dash), 16),
          Long.parseUnsignedLong(words[0].substring(dash + 1), 16),
          words[1].indexOf('x') >= 0,
          Long.parseUnsignedLong(words[2], 16),
          words[3] + " " + words[4],
          words.length > 5 ? words[5] : "");
    } catch (NumberFormatException e) {
      return null; // a name with a line break in it
    }
  }
}

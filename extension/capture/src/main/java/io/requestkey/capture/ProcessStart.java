/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** When a process began: together with its id, that names it for as long as the host is up. */
final class ProcessStart {

  private static final int START_TIME = 22;
  private static final int FIRST_AFTER_NAME = 3;

  private ProcessStart() {}

  /**
   * Reads field 22 of {@code /proc/PID/stat}.
   *
   * @param directory {@code /proc/PID}
   * @return CLOCK_BOOTTIME in ns, rounded down to 10 ms
   * @throws IOException when there is no such process
   */
  static long bootNanos(Path directory) throws IOException {
    return parse(
        new String(Files.readAllBytes(directory.resolve("stat")), StandardCharsets.ISO_8859_1));
  }

  /** The name in parentheses can hold anything, parentheses and spaces too. */
  static long parse(String stat) throws IOException {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    try {
      return Math.multiplyExact(
          Long.parseLong(fields[START_TIME - FIRST_AFTER_NAME]), ProcessLayout.TICK_NANOS);
    } catch (ArithmeticException | IndexOutOfBoundsException | NumberFormatException e) {
      throw new IOException("unknown form of /proc/PID/stat", e);
    }
  }
}

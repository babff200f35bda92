/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Numbers of the CPUs that there can be, which may have holes. */
final class PossibleCpus {

  private static final Path LIST = Path.of("/sys/devices/system/cpu/possible");

  /** NR_CPUS is 8192 at most. */
  private static final int MAX_NUMBERS = 1 << 16;

  private PossibleCpus() {}

  /**
   * How many numbers there are up to the highest: what an array takes that is indexed by them.
   *
   * @param count of the CPUs, for when the kernel does not tell their numbers
   */
  static int numbers(int count) {
    return numbers(LIST, count);
  }

  static int numbers(Path list, int count) {
    try {
      return Math.max(count, highest(Files.readString(list).strip()) + 1);
    } catch (IOException | NumberFormatException e) {
      return count;
    }
  }

  /** Of a list such as {@code 0-3,8-11}. */
  static int highest(String list) {
    int highest = -1;
    for (String range : list.split(",", -1)) {
      for (String number : range.split("-", 2)) {
        highest = Math.max(highest, Integer.parseUnsignedInt(number));
      }
    }
    if (highest < 0 || highest >= MAX_NUMBERS) {
      throw new NumberFormatException("no list of CPUs: " + list);
    }
    return highest;
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.util.Arrays;
import java.util.Random;

/**
 * How many mutated inputs, from which seed, and how they come about. The profile {@code nightly}
 * has millions; {@code -Drequestkey.test.seed=1} begins at another place.
 */
final class Fuzz {

  static final int CASES = Integer.getInteger("requestkey.test.fuzz", 200_000);

  private static final long SEED = Long.getLong("requestkey.test.seed", 20);

  private Fuzz() {}

  /** Of one case, so that it can be told and made again. */
  static long seed(int number) {
    return SEED * 1_000_003L + number;
  }

  /** One to four bytes changed, and sometimes another length. */
  static byte[] mutated(byte[] original, Random random) {
    int length = original.length;
    if (random.nextInt(8) == 0) {
      length = random.nextInt(length + 64);
    }
    byte[] bytes = Arrays.copyOf(original, length);
    for (int n = random.nextInt(4); n >= 0 && length > 0; n--) {
      bytes[random.nextInt(length)] = (byte) random.nextInt();
    }
    return bytes;
  }
}

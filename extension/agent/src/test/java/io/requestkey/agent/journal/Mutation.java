/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;

/** Changes bytes as media, crashes and people do, and worse. */
final class Mutation {

  private static final int[] NASTY = {0, 1, -1, 7, 8, 255, 256, 1 << 30, -(1 << 30), 1 << 31};

  private Mutation() {}

  /** One to four changes; the result can be shorter or longer. */
  static byte[] of(byte[] original, Random random) {
    byte[] bytes = original.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      bytes = once(bytes, random);
    }
    return bytes;
  }

  private static byte[] once(byte[] bytes, Random random) {
    if (bytes.length < 16) {
      return Arrays.copyOf(bytes, random.nextInt(64));
    }
    int at = random.nextInt(bytes.length - 8);
    // Half of them where it hurts.
    int place = random.nextBoolean() ? at : at % Math.min(bytes.length - 8, 512);
    switch (random.nextInt(8)) {
      case 0 -> bytes[place] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[place] = (byte) random.nextInt();
      case 2 ->
          MemorySegment.ofArray(bytes)
              .set(Bytes.INT, place & ~3, NASTY[random.nextInt(NASTY.length)]);
      case 3 -> MemorySegment.ofArray(bytes).set(Bytes.LONG, place & ~7, random.nextLong());
      case 4 -> {
        int to = Math.min(bytes.length, place + 1 + random.nextInt(4096));
        Arrays.fill(bytes, place, to, (byte) 0);
      }
      case 5 -> {
        // A piece of it somewhere else, aligned: frames, doubled or out of order.
        int length = Math.min(1 + random.nextInt(2048), bytes.length - Math.max(at, place)) & ~7;
        System.arraycopy(bytes, at & ~7, bytes, place & ~7, length);
      }
      case 6 -> {
        return Arrays.copyOf(bytes, at);
      }
      default -> {
        return Arrays.copyOf(bytes, bytes.length + random.nextInt(5000));
      }
    }
    return bytes;
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is durable of a reader.
 *
 * @param next the oldest number not acknowledged
 * @param damaged numbers below it that damage had taken
 * @param dropped numbers below it that were dropped to make room
 * @param account what the reader's books say
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Cursor(long next, long damaged, long dropped, byte @Nullable [] account) {

  private static final int ACCOUNT = 25;

  byte[] encode() {
    byte[] known = account == null ? new byte[0] : account;
    byte[] bytes = Arrays.copyOf(new byte[0], ACCOUNT + known.length);
    Bytes.LONG_IN_ARRAY.set(bytes, 0, next);
    Bytes.LONG_IN_ARRAY.set(bytes, 8, damaged);
    Bytes.LONG_IN_ARRAY.set(bytes, 16, dropped);
    bytes[24] = (byte) (account == null ? 0 : 1);
    System.arraycopy(known, 0, bytes, ACCOUNT, known.length);
    return bytes;
  }

  /** Null when these bytes are no cursor. */
  static @Nullable Cursor decode(byte[] bytes) {
    if (bytes.length < ACCOUNT) {
      return null;
    }
    long next = (long) Bytes.LONG_IN_ARRAY.get(bytes, 0);
    long damaged = (long) Bytes.LONG_IN_ARRAY.get(bytes, 8);
    long dropped = (long) Bytes.LONG_IN_ARRAY.get(bytes, 16);
    if (next < 0 || next > SegmentHeader.MAX_NUMBER || damaged < 0 || dropped < 0) {
      return null;
    }
    return new Cursor(
        next,
        damaged,
        dropped,
        bytes[24] == 0 ? null : Arrays.copyOfRange(bytes, ACCOUNT, bytes.length));
  }
}

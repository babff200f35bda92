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
 * @param droppedBelow what is missing from {@code next} up to this number was dropped
 * @param keysFreed how many of those are known to be {@code KEY_FREED} records
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Cursor(
    long next,
    long damaged,
    long dropped,
    byte @Nullable [] account,
    long droppedBelow,
    long keysFreed) {

  private static final int ACCOUNT = 25;

  private static final int HAS_ACCOUNT = 1;

  /** The last two numbers follow the account, where releases that do not know them skip them. */
  private static final int HAS_DROPPED = 2;

  private static final int DROPPED_BYTES = 16;

  /** A cursor of which nothing was dropped. */
  Cursor(long next, long damaged, long dropped, byte @Nullable [] account) {
    this(next, damaged, dropped, account, 0, 0);
  }

  byte[] encode() {
    byte[] known = account == null ? new byte[0] : account;
    // Without an account an older release would take them for one.
    boolean more = account != null && droppedBelow > next;
    int end = ACCOUNT + known.length;
    byte[] bytes = new byte[end + (more ? DROPPED_BYTES : 0)];
    Bytes.LONG_IN_ARRAY.set(bytes, 0, next);
    Bytes.LONG_IN_ARRAY.set(bytes, 8, damaged);
    Bytes.LONG_IN_ARRAY.set(bytes, 16, dropped);
    bytes[24] = (byte) ((account == null ? 0 : HAS_ACCOUNT) | (more ? HAS_DROPPED : 0));
    System.arraycopy(known, 0, bytes, ACCOUNT, known.length);
    if (more) {
      Bytes.LONG_IN_ARRAY.set(bytes, end, droppedBelow);
      Bytes.LONG_IN_ARRAY.set(bytes, end + 8, keysFreed);
    }
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
    boolean more = (bytes[24] & HAS_DROPPED) != 0 && bytes.length >= ACCOUNT + DROPPED_BYTES;
    int end = more ? bytes.length - DROPPED_BYTES : bytes.length;
    return new Cursor(
        next,
        damaged,
        dropped,
        bytes[24] == 0 ? null : Arrays.copyOfRange(bytes, ACCOUNT, end),
        more ? (long) Bytes.LONG_IN_ARRAY.get(bytes, end) : 0,
        more ? Math.max(0, (long) Bytes.LONG_IN_ARRAY.get(bytes, end + 8)) : 0);
  }
}

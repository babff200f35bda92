/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes the wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding) into an
 * array that grows. A tag is what stands before a field: its number, shifted by three, and its wire
 * type. For one thread.
 */
final class ProtoWriter {

  /** Wire types. */
  static final int VARINT = 0;

  static final int FIXED64 = 1;
  static final int DELIMITED = 2;
  static final int FIXED32 = 5;

  private static final int MOST_VARINT_BYTES = 10;

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** What each hex digit stands for. */
  private static final byte[] NIBBLES = new byte['f' + 1];

  static {
    for (int i = 0; i < 16; i++) {
      NIBBLES[Character.forDigit(i, 16)] = (byte) i;
    }
  }

  private byte[] bytes;
  private int length;

  ProtoWriter(int capacity) {
    this.bytes = new byte[capacity];
  }

  /** What was written so far is the first {@link #length()} bytes of it, until more is written. */
  byte[] array() {
    return bytes;
  }

  int length() {
    return length;
  }

  void clear() {
    length = 0;
  }

  /** A copy of what was written from there on. */
  byte[] since(int start) {
    return Arrays.copyOfRange(bytes, start, length);
  }

  static int tag(int field, int wireType) {
    return field << 3 | wireType;
  }

  static int varintSize(long value) {
    return value == 0 ? 1 : (70 - Long.numberOfLeadingZeros(value)) / 7;
  }

  void varint(long value) {
    ensure(MOST_VARINT_BYTES);
    if ((value & ~0x7fL) == 0) {
      bytes[length++] = (byte) value;
      return;
    }
    long rest = value;
    int at = length;
    while ((rest & ~0x7fL) != 0) {
      bytes[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[at++] = (byte) rest;
    length = at;
  }

  void fixed32(int value) {
    ensure(Integer.BYTES);
    INTS.set(bytes, length, value);
    length += Integer.BYTES;
  }

  void fixed64(long value) {
    ensure(Long.BYTES);
    LONGS.set(bytes, length, value);
    length += Long.BYTES;
  }

  void raw(byte[] from) {
    ensure(from.length);
    System.arraycopy(from, 0, bytes, length, from.length);
    length += from.length;
  }

  /** Bytes, given as twice as many lower-case hex digits. */
  void hex(String digits) {
    int size = digits.length() / 2;
    varint(size);
    ensure(size);
    for (int i = 0; i < size; i++) {
      int high = NIBBLES[digits.charAt(2 * i)];
      int low = NIBBLES[digits.charAt(2 * i + 1)];
      bytes[length++] = (byte) (high << 4 | low);
    }
  }

  /** A text, with its length. */
  void text(String text) {
    delimited(utf8(text));
  }

  /** Bytes, with their length. */
  void delimited(byte[] from) {
    varint(from.length);
    raw(from);
  }

  /** The JDK does this in one go, where a loop of ours would take a nanosecond for each byte. */
  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Begins a field that has a length, leaving room for it.
   *
   * @param lengthBytes how many bytes that will probably take
   * @return for {@link #end}
   */
  int begin(int tag, int lengthBytes) {
    varint(tag);
    ensure(lengthBytes);
    length += lengthBytes;
    return length;
  }

  /** Ends the field that was begun last and has not ended. */
  void end(int begun, int lengthBytes) {
    int size = length - begun;
    int needed = varintSize(size);
    int start = begun - lengthBytes;
    if (needed != lengthBytes) {
      ensure(MOST_VARINT_BYTES);
      System.arraycopy(bytes, begun, bytes, start + needed, size);
    }
    length = start;
    varint(size);
    length += size;
  }

  private void ensure(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length + (bytes.length >> 1)));
    }
  }
}

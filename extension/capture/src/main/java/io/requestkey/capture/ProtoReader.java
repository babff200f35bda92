/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.nio.charset.StandardCharsets;

/**
 * Reads protobuf from bytes nobody vouches for: every length is held against what is left, and
 * nothing is read twice, so that work is bounded by the number of bytes. Not thread-safe.
 */
final class ProtoReader {

  /** The bytes are no protobuf message. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message);
    }
  }

  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int LENGTH_DELIMITED = 2;
  static final int FIXED32 = 5;

  private final byte[] bytes;
  private final int end;
  private int position;
  private int field;
  private int wireType;

  ProtoReader(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  private ProtoReader(byte[] bytes, int position, int end) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  /** Goes to the next field; its value must then be read or skipped. */
  boolean next() throws MalformedException {
    if (position == end) {
      return false;
    }
    long tag = varint();
    field = (int) (tag >>> 3);
    wireType = (int) (tag & 7);
    if (tag >>> 3 == 0 || tag >>> 3 > 0x1fff_ffffL) {
      throw new MalformedException("field number " + (tag >>> 3));
    }
    return true;
  }

  /** Whether the field at hand has this number and wire type. */
  boolean is(int number, int type) {
    return field == number && wireType == type;
  }

  long varint() throws MalformedException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (position == end) {
        throw new MalformedException("a number that does not end");
      }
      byte b = bytes[position++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new MalformedException("a number of more than ten bytes");
  }

  /** The message that is the value of the field at hand. */
  ProtoReader message() throws MalformedException {
    int length = length();
    ProtoReader inner = new ProtoReader(bytes, position, position + length);
    position += length;
    return inner;
  }

  /** The text that is the value of the field at hand; what is not UTF-8 is replaced by U+FFFD. */
  String text() throws MalformedException {
    int length = length();
    String text = new String(bytes, position, length, StandardCharsets.UTF_8);
    position += length;
    return text;
  }

  void skip() throws MalformedException {
    switch (wireType) {
      case VARINT -> {
        long _ = varint();
      }
      case FIXED64 -> advance(8);
      case LENGTH_DELIMITED -> advance(length());
      case FIXED32 -> advance(4);
      default -> throw new MalformedException("wire type " + wireType);
    }
  }

  private int length() throws MalformedException {
    long length = varint();
    if (length < 0 || length > end - position) {
      throw new MalformedException("a length of " + length + " with " + (end - position) + " left");
    }
    return (int) length;
  }

  private void advance(int count) throws MalformedException {
    if (count > end - position) {
      throw new MalformedException("a number that ends beyond its message");
    }
    position += count;
  }
}

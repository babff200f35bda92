/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Walks the fields of one protobuf message (wire format of the Protocol Buffers encoding guide). It
 * trusts nothing: every length is checked, unknown fields are skipped, groups are refused.
 */
final class ProtoFields {

  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;

  private final byte[] bytes;
  private int position;
  private int field;
  private int wireType;
  private long number;
  private int start;
  private int end;

  ProtoFields(byte[] message) {
    this.bytes = message;
  }

  /** Moves to the next field; false at the end of the message. */
  boolean next() throws MalformedMessageException {
    if (position == bytes.length) {
      return false;
    }
    long tag = varint();
    wireType = (int) (tag & 7);
    long fieldNumber = tag >>> 3;
    if (fieldNumber < 1 || fieldNumber > 536_870_911) {
      throw new MalformedMessageException();
    }
    field = (int) fieldNumber;
    switch (wireType) {
      case VARINT -> number = varint();
      case FIXED64 -> skip(8);
      case LENGTH_DELIMITED -> skip(varint());
      case FIXED32 -> skip(4);
      default -> throw new MalformedMessageException();
    }
    return true;
  }

  /** Whether the current field is this one, of type int32, int64 or bool. */
  boolean isNumber(int fieldNumber) {
    return field == fieldNumber && wireType == VARINT;
  }

  /** Whether the current field is this one, of type string, bytes or message. */
  boolean isBytes(int fieldNumber) {
    return field == fieldNumber && wireType == LENGTH_DELIMITED;
  }

  long number() {
    return number;
  }

  byte[] bytes() {
    return Arrays.copyOfRange(bytes, start, end);
  }

  /** The field as text; what is not UTF-8 is replaced. */
  String text() {
    return new String(bytes, start, end - start, StandardCharsets.UTF_8);
  }

  private void skip(long length) throws MalformedMessageException {
    if (length < 0 || length > bytes.length - position) {
      throw new MalformedMessageException();
    }
    start = position;
    position += (int) length;
    end = position;
  }

  private long varint() throws MalformedMessageException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (position == bytes.length) {
        throw new MalformedMessageException();
      }
      byte b = bytes[position++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new MalformedMessageException();
  }

  /** The bytes are not a protobuf message. */
  static final class MalformedMessageException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedMessageException() {
      super("malformed protobuf", null, false, false);
    }
  }
}

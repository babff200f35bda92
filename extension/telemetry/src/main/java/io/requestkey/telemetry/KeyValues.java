/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.requestkey.telemetry.ProtoWriter.DELIMITED;
import static io.requestkey.telemetry.ProtoWriter.FIXED64;
import static io.requestkey.telemetry.ProtoWriter.VARINT;
import static io.requestkey.telemetry.ProtoWriter.tag;
import static io.requestkey.telemetry.ProtoWriter.utf8;
import static io.requestkey.telemetry.ProtoWriter.varintSize;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.HashMap;
import java.util.Map;

/**
 * Attributes as repeated {@code KeyValue} (opentelemetry/proto/common/v1/common.proto). For one
 * thread.
 */
final class KeyValues implements HitAttributes.Visitor {

  private static final int KEY = tag(1, DELIMITED);
  private static final int VALUE = tag(2, DELIMITED);

  /** Of {@code AnyValue}. */
  static final int STRING = tag(1, DELIMITED);

  private static final int BOOL = tag(2, VARINT);
  private static final int INT = tag(3, VARINT);
  private static final int DOUBLE = tag(4, FIXED64);

  private final ProtoWriter out;

  /** Keys as they stand in a {@code KeyValue}. There are as many as there are conventions. */
  private final Map<AttributeKey<?>, byte[]> keys = new HashMap<>();

  private int tag;
  private boolean complete = true;

  KeyValues(ProtoWriter out) {
    this.out = out;
  }

  /** Whether all since the last time this was asked could be written: arrays cannot. */
  boolean complete() {
    boolean was = complete;
    complete = true;
    return was;
  }

  /** Writes attributes as fields of that tag. */
  void write(int fieldTag, Attributes attributes) {
    tag = fieldTag;
    if (attributes instanceof HitAttributes hit) {
      hit.visit(this);
    } else {
      attributes.forEach(this::attribute);
    }
  }

  @Override
  public void caller(CallerBlock block) {
    byte[] known = block.encoded(tag);
    if (known != null) {
      out.raw(known);
      return;
    }
    int start = out.length();
    block.forEach(this::attribute);
    block.keep(tag, out.since(start));
  }

  @Override
  public void attribute(AttributeKey<?> key, Object value) {
    switch (key.getType()) {
      case STRING -> string(key(key), (String) value);
      case LONG -> integer(key(key), (long) value);
      case BOOLEAN -> {
        begin(key(key), 2);
        out.varint(BOOL);
        out.varint((boolean) value ? 1 : 0);
      }
      case DOUBLE -> {
        begin(key(key), 1 + Double.BYTES);
        out.varint(DOUBLE);
        out.fixed64(Double.doubleToRawLongBits((double) value));
      }
      default -> complete = false;
    }
  }

  private void string(byte[] key, String value) {
    byte[] text = utf8(value);
    begin(key, 1 + varintSize(text.length) + text.length);
    out.varint(STRING);
    out.delimited(text);
  }

  private void integer(byte[] key, long value) {
    begin(key, 1 + varintSize(value));
    out.varint(INT);
    out.varint(value);
  }

  private void begin(byte[] key, int valueSize) {
    out.varint(tag);
    out.varint(key.length + 1 + varintSize(valueSize) + valueSize);
    out.raw(key);
    out.varint(VALUE);
    out.varint(valueSize);
  }

  private byte[] key(AttributeKey<?> key) {
    byte[] known = keys.get(key);
    if (known == null) {
      ProtoWriter encoded = new ProtoWriter(64);
      encoded.varint(KEY);
      encoded.text(key.getKey());
      known = encoded.since(0);
      keys.put(key, known);
    }
    return known;
  }
}

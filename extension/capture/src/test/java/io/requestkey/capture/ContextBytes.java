/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Process contexts, byte by byte as OTEP 4719 has them. */
final class ContextBytes {

  static final int HEADER_BYTES = 32;
  static final int PUBLISHED_AT = 16;

  private final ByteArrayOutputStream resource = new ByteArrayOutputStream();
  private final ByteArrayOutputStream attributes = new ByteArrayOutputStream();

  ContextBytes resource(String key, String value) {
    field(resource, 1, keyValue(key, text(value)));
    return this;
  }

  ContextBytes attribute(String key, String value) {
    field(attributes, 2, keyValue(key, text(value)));
    return this;
  }

  ContextBytes attribute(String key, long value) {
    ByteArrayOutputStream any = new ByteArrayOutputStream();
    any.write(3 << 3);
    varint(any, value);
    field(attributes, 2, keyValue(key, any.toByteArray()));
    return this;
  }

  byte[] payload() {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    field(payload, 1, resource.toByteArray());
    payload.writeBytes(attributes.toByteArray());
    return payload.toByteArray();
  }

  /** Header and payload behind it, as they lie at an address. */
  static ByteBuffer published(long address, long publishedAt, byte[] payload) {
    return ByteBuffer.allocate(HEADER_BYTES + payload.length)
        .order(ByteOrder.nativeOrder())
        .put("OTEL_CTX".getBytes(StandardCharsets.US_ASCII))
        .putInt(2)
        .putInt(payload.length)
        .putLong(publishedAt)
        .putLong(address + HEADER_BYTES)
        .put(payload)
        .flip();
  }

  private static byte[] text(String value) {
    ByteArrayOutputStream any = new ByteArrayOutputStream();
    field(any, 1, value.getBytes(StandardCharsets.UTF_8));
    return any.toByteArray();
  }

  private static byte[] keyValue(String key, byte[] any) {
    ByteArrayOutputStream pair = new ByteArrayOutputStream();
    field(pair, 1, key.getBytes(StandardCharsets.UTF_8));
    field(pair, 2, any);
    return pair.toByteArray();
  }

  private static void field(ByteArrayOutputStream to, int number, byte[] bytes) {
    to.write(number << 3 | 2);
    varint(to, bytes.length);
    to.writeBytes(bytes);
  }

  private static void varint(ByteArrayOutputStream to, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      to.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    to.write((int) rest);
  }
}

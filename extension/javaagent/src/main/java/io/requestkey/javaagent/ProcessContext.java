/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;

/**
 * The {@code ProcessContext} message of OTEP 4719: the resource, and what readers have to know of
 * the thread context (OTEP 4947).
 *
 * <p>Encoded by hand: three messages do not justify a protobuf library in an application's JVM.
 */
final class ProcessContext {

  /** The text of OTEP 4947 has this value; {@code tls_v1} is announced in it for later. */
  static final String SCHEMA_VERSION = "tlsdesc_v1_dev";

  /**
   * Bytes from the thread pointer to {@code otel_thread_ctx_v1}, the same in all threads; absent
   * where it is not. With it a reader needs neither the library's symbols nor the thread's DTV.
   */
  static final String TLS_OFFSET = "requestkey.thread_ctx.tls_offset";

  private static final int RESOURCE = 1;
  private static final int ATTRIBUTES = 2;
  private static final int RESOURCE_ATTRIBUTES = 1;
  private static final int KEY = 1;
  private static final int VALUE = 2;
  private static final int ARRAY_VALUES = 1;

  private static final int STRING_VALUE = 1;
  private static final int BOOL_VALUE = 2;
  private static final int INT_VALUE = 3;
  private static final int DOUBLE_VALUE = 4;
  private static final int ARRAY_VALUE = 5;

  private ProcessContext() {}

  /**
   * @param resource of the process
   * @param tlsOffset in bytes, if one holds for all threads
   */
  static byte[] encode(Attributes resource, OptionalLong tlsOffset) {
    Message resourceMessage = new Message();
    resource.forEach((key, value) ->
        resourceMessage.message(RESOURCE_ATTRIBUTES, keyValue(key.getKey(), any(key, value))));

    Message context = new Message();
    context.message(RESOURCE, resourceMessage);
    context.message(
        ATTRIBUTES,
        keyValue("threadlocal.schema_version", new Message().string(STRING_VALUE, SCHEMA_VERSION)));
    context.message(
        ATTRIBUTES,
        keyValue(
            "threadlocal.attribute_key_map", new Message().message(ARRAY_VALUE, new Message())));
    tlsOffset.ifPresent(offset ->
        context.message(ATTRIBUTES, keyValue(TLS_OFFSET, new Message().varint(INT_VALUE, offset))));
    return context.bytes();
  }

  private static Message keyValue(String key, Message value) {
    return new Message().string(KEY, key).message(VALUE, value);
  }

  private static Message any(AttributeKey<?> key, Object value) {
    return switch (key.getType()) {
      case STRING_ARRAY, BOOLEAN_ARRAY, LONG_ARRAY, DOUBLE_ARRAY -> {
        Message array = new Message();
        for (Object element : (List<?>) value) {
          array.message(ARRAY_VALUES, scalar(element));
        }
        yield new Message().message(ARRAY_VALUE, array);
      }
      default -> scalar(value);
    };
  }

  private static Message scalar(Object value) {
    Message any = new Message();
    if (value instanceof Boolean bool) {
      return any.varint(BOOL_VALUE, bool ? 1 : 0);
    }
    if (value instanceof Long number) {
      return any.varint(INT_VALUE, number);
    }
    if (value instanceof Double number) {
      return any.fixed64(DOUBLE_VALUE, Double.doubleToRawLongBits(number));
    }
    return any.string(STRING_VALUE, value.toString());
  }

  private static final class Message {
    private static final int VARINT = 0;
    private static final int I64 = 1;
    private static final int LEN = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message varint(int field, long value) {
      rawVarint((long) field << 3 | VARINT);
      rawVarint(value);
      return this;
    }

    Message fixed64(int field, long value) {
      rawVarint((long) field << 3 | I64);
      for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
        out.write((int) (value >> shift));
      }
      return this;
    }

    Message string(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return bytes(field, value.bytes());
    }

    byte[] bytes() {
      return out.toByteArray();
    }

    private Message bytes(int field, byte[] value) {
      rawVarint((long) field << 3 | LEN);
      rawVarint(value.length);
      out.writeBytes(value);
      return this;
    }

    private void rawVarint(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        out.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }
  }
}

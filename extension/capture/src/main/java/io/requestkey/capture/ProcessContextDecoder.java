/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import org.jspecify.annotations.Nullable;

/**
 * Decodes the payload of a process context: {@code ProcessContext} of {@code
 * opentelemetry/proto/processcontext/v1development}, of which resource = 1 and attributes = 2 are
 * read. Stateless; safe for any thread.
 */
final class ProcessContextDecoder {

  private static final int CONTEXT_RESOURCE = 1;
  private static final int CONTEXT_ATTRIBUTES = 2;
  private static final int RESOURCE_ATTRIBUTES = 1;
  private static final int KEY = 1;
  private static final int VALUE = 2;
  private static final int STRING_VALUE = 1;
  private static final int INT_VALUE = 3;

  /** No machine has so much thread-local storage; more is a mistake, or made to mislead. */
  private static final long MAX_TLS_OFFSET = 1L << 31;

  private @Nullable String serviceName;
  private @Nullable String threadSchema;
  private @Nullable Long tlsOffset;

  private ProcessContextDecoder() {}

  /**
   * Decodes one payload.
   *
   * @throws ProtoReader.MalformedException when the bytes are no such message
   */
  static ProcessContext decode(byte[] payload) throws ProtoReader.MalformedException {
    ProcessContextDecoder decoder = new ProcessContextDecoder();
    ProtoReader context = new ProtoReader(payload);
    while (context.next()) {
      if (context.is(CONTEXT_RESOURCE, ProtoReader.LENGTH_DELIMITED)) {
        decoder.resource(context.message());
      } else if (context.is(CONTEXT_ATTRIBUTES, ProtoReader.LENGTH_DELIMITED)) {
        decoder.keyValue(context.message(), false);
      } else {
        context.skip();
      }
    }
    return new ProcessContext(decoder.serviceName, decoder.threadSchema, decoder.tlsOffset);
  }

  private void resource(ProtoReader resource) throws ProtoReader.MalformedException {
    while (resource.next()) {
      if (resource.is(RESOURCE_ATTRIBUTES, ProtoReader.LENGTH_DELIMITED)) {
        keyValue(resource.message(), true);
      } else {
        resource.skip();
      }
    }
  }

  private void keyValue(ProtoReader keyValue, boolean ofResource)
      throws ProtoReader.MalformedException {
    String key = "";
    Value value = Value.NONE;
    while (keyValue.next()) {
      if (keyValue.is(KEY, ProtoReader.LENGTH_DELIMITED)) {
        key = keyValue.text();
      } else if (keyValue.is(VALUE, ProtoReader.LENGTH_DELIMITED)) {
        value = value(keyValue.message());
      } else {
        keyValue.skip();
      }
    }
    if (ofResource) {
      if (key.equals("service.name") && value.text != null && !value.text.isEmpty()) {
        serviceName = value.text;
      }
    } else if (key.equals("threadlocal.schema_version")) {
      threadSchema = value.text;
    } else if (key.equals(ProcessContext.TLS_OFFSET)) {
      tlsOffset = value.offset();
    }
  }

  private static Value value(ProtoReader any) throws ProtoReader.MalformedException {
    Value value = Value.NONE;
    while (any.next()) {
      if (any.is(STRING_VALUE, ProtoReader.LENGTH_DELIMITED)) {
        value = new Value(any.text(), null);
      } else if (any.is(INT_VALUE, ProtoReader.VARINT)) {
        value = new Value(null, any.varint());
      } else {
        any.skip();
      }
    }
    return value;
  }

  private record Value(@Nullable String text, @Nullable Long number) {

    static final Value NONE = new Value(null, null);

    /** As a number or as decimal digits. */
    @Nullable Long offset() {
      Long offset = number;
      if (text != null) {
        try {
          offset = Long.parseLong(text);
        } catch (NumberFormatException e) {
          return null;
        }
      }
      return offset == null || Math.abs(offset) > MAX_TLS_OFFSET || offset == Long.MIN_VALUE
          ? null
          : offset;
    }
  }
}

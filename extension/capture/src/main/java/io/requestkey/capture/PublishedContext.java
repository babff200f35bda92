/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a process context where it is published, by the reading protocol of OTEP 4719: header,
 * payload, and the header's time again, which tells whether it was changed meanwhile. Stateless.
 */
final class PublishedContext {

  /** The mapping of our own publisher is as large; others are a few KiB. */
  static final int MAX_PAYLOAD_BYTES = 64 * 1024;

  private static final byte[] SIGNATURE = "OTEL_CTX".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER_BYTES = 32;
  private static final int VERSION = 8;
  private static final int PAYLOAD_SIZE = 12;
  private static final int PUBLISHED_AT = 16;
  private static final int PAYLOAD = 24;
  private static final int SUPPORTED_VERSION = 2;

  private PublishedContext() {}

  /** What came of one try. */
  sealed interface Outcome {

    /**
     * A context that was whole.
     *
     * @param publishedAt the publisher's time, which changes with each publication
     */
    record Read(long publishedAt, ProcessContext context) implements Outcome {}

    /** It is being written: try again. */
    record Unstable() implements Outcome {}

    /** There is none at this address, or it is none we can read. */
    record None() implements Outcome {}
  }

  /** Tries once. */
  static Outcome read(RemoteMemory memory, long address) {
    byte[] header = memory.read(address, HEADER_BYTES);
    if (header == null || !Arrays.equals(header, 0, SIGNATURE.length, SIGNATURE, 0, 8)) {
      return new Outcome.None();
    }
    ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.nativeOrder());
    if (fields.getInt(VERSION) != SUPPORTED_VERSION) {
      return new Outcome.None();
    }
    long publishedAt = fields.getLong(PUBLISHED_AT);
    if (publishedAt == 0) {
      return new Outcome.Unstable();
    }
    int size = fields.getInt(PAYLOAD_SIZE);
    byte[] payload =
        size < 0 || size > MAX_PAYLOAD_BYTES ? null : memory.read(fields.getLong(PAYLOAD), size);
    if (publishedAt(memory, address) != publishedAt) {
      return new Outcome.Unstable();
    }
    if (payload == null) {
      return new Outcome.None();
    }
    try {
      return new Outcome.Read(publishedAt, ProcessContextDecoder.decode(payload));
    } catch (ProtoReader.MalformedException e) {
      return new Outcome.None();
    }
  }

  /** The time of the context at an address; 0 when there is none, or it is being written. */
  static long publishedAt(RemoteMemory memory, long address) {
    byte[] header = memory.read(address, HEADER_BYTES);
    return header != null && Arrays.equals(header, 0, SIGNATURE.length, SIGNATURE, 0, 8)
        ? ByteBuffer.wrap(header).order(ByteOrder.nativeOrder()).getLong(PUBLISHED_AT)
        : 0;
  }
}

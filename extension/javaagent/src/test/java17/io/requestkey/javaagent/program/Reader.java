/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent.program;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads what this process publishes in the way a reader outside of it would: the process context
 * from the mapping of that name, the record of the calling thread by thread pointer and offset.
 */
public final class Reader {

  /** What {@link #compare} finds. */
  public enum Finding {
    NONE,
    THIS,
    OTHER
  }

  private static final int HEADER_SIZE = 32;
  private static final String TLS_OFFSET = "requestkey.thread_ctx.tls_offset";

  private final long offset;

  public Reader(long offset) {
    System.load(System.getProperty("reader.library"));
    this.offset = offset;
  }

  /** A reader that takes the offset from the process context. */
  public static Reader ofThisProcess() throws IOException {
    return new Reader(tlsOffset(processContext()));
  }

  /** Whether the calling thread's record has this span. */
  public Finding compare(String traceId, String spanId, int flags) {
    int finding =
        compare(
            offset,
            Long.parseUnsignedLong(traceId.substring(0, 16), 16),
            Long.parseUnsignedLong(traceId.substring(16), 16),
            Long.parseUnsignedLong(spanId, 16),
            flags);
    return switch (finding) {
      case 0 -> Finding.NONE;
      case 1 -> Finding.THIS;
      default -> Finding.OTHER;
    };
  }

  /** Whether the calling thread's record has no span. */
  public boolean isEmpty() {
    return compare(offset, 0, 0, 0, 0) == 0;
  }

  /** The record as text. */
  public String text() {
    return isEmpty()
        ? "none"
        : String.format("%016x%016x-%016x", id(offset, 0), id(offset, 1), id(offset, 2));
  }

  /** The payload of this process's context. */
  public static byte[] processContext() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
      if (line.contains("OTEL_CTX")) {
        long start = Long.parseUnsignedLong(line.substring(0, line.indexOf('-')), 16);
        try (RandomAccessFile memory = new RandomAccessFile("/proc/self/mem", "r")) {
          ByteBuffer header = read(memory, start, HEADER_SIZE);
          byte[] signature = new byte[8];
          header.get(signature);
          if (!new String(signature, StandardCharsets.US_ASCII).equals("OTEL_CTX")
              || header.getInt() != 2) {
            throw new IOException("not a process context");
          }
          int size = header.getInt();
          if (header.getLong() == 0) {
            throw new IOException("the process context is incomplete");
          }
          return read(memory, header.getLong(), size).array();
        }
      }
    }
    throw new IOException("no process context is published");
  }

  /** The service's name in a payload; empty if there is none. */
  public static String serviceName(byte[] payload) {
    String key = "service.name";
    int at = new String(payload, StandardCharsets.ISO_8859_1).indexOf(key);
    if (at < 0) {
      return "";
    }
    // value { string_value }: two tags and two lengths, each one byte for a short name.
    at += key.length() + 3;
    return new String(payload, at + 1, payload[at], StandardCharsets.UTF_8);
  }

  private static ByteBuffer read(RandomAccessFile memory, long address, int size)
      throws IOException {
    byte[] bytes = new byte[size];
    memory.seek(address);
    memory.readFully(bytes);
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  /** The varint of the attribute's {@code int_value}: key, then {@code value { int_value }}. */
  private static long tlsOffset(byte[] payload) throws IOException {
    String text = new String(payload, StandardCharsets.ISO_8859_1);
    int at = text.indexOf(TLS_OFFSET);
    if (at < 0) {
      throw new IOException("no offset is published");
    }
    at += TLS_OFFSET.length() + 3;
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      int b = payload[at++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }

  private static native int compare(
      long offset, long traceIdHigh, long traceIdLow, long spanId, int flags);

  private static native long id(long offset, int index);
}

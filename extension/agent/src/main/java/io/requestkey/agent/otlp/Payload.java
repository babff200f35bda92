/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.opentelemetry.sdk.common.export.Compressor;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Turns a message into the bytes of a request. A message of the SDK's is written once, on the
 * calling thread: with reusable marshalers it may change as soon as the exporter has returned.
 */
final class Payload {

  /** Protobuf telemetry shrinks to about a fifth; a quarter saves most regrowth. */
  private static final int COMPRESSION_GUESS = 4;

  private static final int SMALLEST_BUFFER = 512;

  private static final int GRPC_HEADER = 5;

  private Payload() {}

  /** The body of an http/protobuf request. */
  static Buffer http(MessageWriter message, @Nullable Compressor compressor) throws IOException {
    if (compressor == null && message instanceof EncodedExport.Encoded encoded) {
      return encoded.buffer(new byte[0]);
    }
    Buffer buffer = Buffer.buffer(expectedSize(message, compressor));
    write(message, compressor, buffer);
    return buffer;
  }

  /**
   * A gRPC message: one byte that tells whether it is compressed, its length in four, and itself
   * (gRPC over HTTP/2, "Length-Prefixed-Message").
   */
  static Buffer grpc(MessageWriter message, @Nullable Compressor compressor) throws IOException {
    if (compressor == null && message instanceof EncodedExport.Encoded encoded) {
      return encoded.buffer(
          ByteBuffer.allocate(GRPC_HEADER)
              .put((byte) 0)
              .putInt(encoded.getContentLength())
              .array());
    }
    Buffer buffer = Buffer.buffer(GRPC_HEADER + expectedSize(message, compressor));
    buffer.appendByte((byte) (compressor == null ? 0 : 1)).appendInt(0);
    write(message, compressor, buffer);
    buffer.setInt(1, buffer.length() - GRPC_HEADER);
    return buffer;
  }

  private static int expectedSize(MessageWriter message, @Nullable Compressor compressor) {
    int length = message.getContentLength();
    return Math.max(SMALLEST_BUFFER, compressor == null ? length : length / COMPRESSION_GUESS);
  }

  private static void write(MessageWriter message, @Nullable Compressor compressor, Buffer buffer)
      throws IOException {
    OutputStream plain = new BufferOutput(buffer);
    if (compressor == null) {
      message.writeMessage(plain);
      return;
    }
    try (OutputStream compressing = compressor.compress(plain)) {
      message.writeMessage(compressing);
    }
  }

  private static final class BufferOutput extends OutputStream {

    private final Buffer buffer;

    BufferOutput(Buffer buffer) {
      this.buffer = buffer;
    }

    @Override
    public void write(int b) {
      buffer.appendByte((byte) b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      buffer.appendBytes(bytes, offset, length);
    }
  }
}

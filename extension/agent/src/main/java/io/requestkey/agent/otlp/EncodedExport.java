/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.netty.buffer.Unpooled;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.requestkey.telemetry.OtlpEncoder;
import io.requestkey.telemetry.OtlpRequest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Collection;
import java.util.Collections;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Exports through one of the SDK's OTLP exporters what {@link OtlpEncoder} has encoded: where to,
 * headers, compression and the rest stay the exporter's, and it counts as many items as there are,
 * but it is handed stand-ins, and our sender sends the encoded request in place of theirs. What
 * cannot be encoded so, or makes the encoder fail, goes the exporter's usual way.
 *
 * <p>For one thread.
 */
public final class EncodedExport<T> {

  private static final ScopedValue<OtlpRequest> CURRENT = ScopedValue.newInstance();

  private final Supplier<Function<Collection<T>, @Nullable OtlpRequest>> encoders;
  private final Function<Collection<T>, CompletableResultCode> exporter;
  private final T standIn;
  private Function<Collection<T>, @Nullable OtlpRequest> encoder;

  /** The latest attempt; until it has ended the encoder's bytes are the sender's. */
  private CompletableResultCode underWay = CompletableResultCode.ofSuccess();

  private EncodedExport(
      Supplier<Function<Collection<T>, @Nullable OtlpRequest>> encoders,
      Function<Collection<T>, CompletableResultCode> exporter,
      T standIn) {
    this.encoders = encoders;
    this.encoder = encoders.get();
    this.exporter = exporter;
    this.standIn = standIn;
  }

  /** How to export log records; as the exporter does if it is not the SDK's for OTLP. */
  public static Function<Collection<LogRecordData>, CompletableResultCode> logs(
      LogRecordExporter exporter) {
    return exporter instanceof OtlpHttpLogRecordExporter
            || exporter instanceof OtlpGrpcLogRecordExporter
        ? new EncodedExport<>(
                () -> new OtlpEncoder()::logs, exporter::export, OtlpEncoder.logStandIn())
            ::export
        : exporter::export;
  }

  /** How to export spans; as the exporter does if it is not the SDK's for OTLP. */
  public static Function<Collection<SpanData>, CompletableResultCode> spans(SpanExporter exporter) {
    return exporter instanceof OtlpHttpSpanExporter || exporter instanceof OtlpGrpcSpanExporter
        ? new EncodedExport<>(
                () -> new OtlpEncoder()::traces, exporter::export, OtlpEncoder.spanStandIn())
            ::export
        : exporter::export;
  }

  private CompletableResultCode export(Collection<T> items) {
    if (!underWay.isDone()) {
      // Given up, but its bytes may still be on their way.
      encoder = encoders.get();
    }
    OtlpRequest request = encoded(items);
    if (request == null) {
      return exporter.apply(items);
    }
    underWay =
        ScopedValue.where(CURRENT, request)
            .call(() -> exporter.apply(Collections.nCopies(items.size(), standIn)));
    return underWay;
  }

  private @Nullable OtlpRequest encoded(Collection<T> items) {
    try {
      return encoder.apply(items);
    } catch (RuntimeException e) {
      // A mistake of ours. It would be the same at every try, and so hold up all that comes after.
      encoder = encoders.get();
      return null;
    }
  }

  /**
   * What a sender is to send: it is called on the thread that calls {@code export}.
   *
   * @param message what it was given
   */
  static MessageWriter inPlaceOf(MessageWriter message) {
    return CURRENT.isBound() ? new Encoded(CURRENT.get()) : message;
  }

  /** A message that need not be written to be sent: it stays as it is until its attempt ends. */
  record Encoded(OtlpRequest request) implements MessageWriter {

    /** These very bytes, not a copy. */
    Buffer buffer(byte[] before) {
      return BufferInternal.buffer(
          Unpooled.wrappedBuffer(
              Unpooled.wrappedBuffer(before),
              Unpooled.wrappedBuffer(request.bytes(), 0, request.length())));
    }

    @Override
    public void writeMessage(OutputStream output) throws IOException {
      output.write(request.bytes(), 0, request.length());
    }

    @Override
    public int getContentLength() {
      return request.length();
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;

/** Prints spans, where the format has them. */
final class ConsoleSpanExporter implements SpanExporter {

  private final ConsoleFormat format;
  private final ConsoleSink sink;

  ConsoleSpanExporter(ConsoleFormat format, ConsoleSink sink) {
    this.format = format;
    this.sink = sink;
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    return sink.write(format, lines -> format.spans(lines, spans));
  }

  @Override
  public CompletableResultCode flush() {
    return sink.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return sink.flush();
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import java.util.Collection;

/** Prints log records. */
final class ConsoleLogRecordExporter implements LogRecordExporter {

  private final ConsoleFormat format;
  private final ConsoleSink sink;

  ConsoleLogRecordExporter(ConsoleFormat format, ConsoleSink sink) {
    this.format = format;
    this.sink = sink;
  }

  @Override
  public CompletableResultCode export(Collection<LogRecordData> logs) {
    return sink.write(format, lines -> format.logs(lines, logs));
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

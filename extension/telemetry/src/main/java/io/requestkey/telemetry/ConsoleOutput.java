/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.PrintStream;
import java.time.ZoneId;

/**
 * Prints telemetry for people or programs to read.
 *
 * <p>Both exporters write whole lines, a batch at a time, and flush; they may be used by different
 * threads. An export fails when the stream does, as when the reader of a pipe is gone; the stream
 * stays the caller's and is never closed.
 */
public final class ConsoleOutput {

  private final LogRecordExporter logs;
  private final SpanExporter spans;

  /**
   * One JSON object a line, in UTF-8, for log records and spans alike. All but plain printable text
   * is escaped, so that a terminal can be looked at too.
   */
  public static ConsoleOutput json(PrintStream out) {
    return new ConsoleOutput(new JsonLines(), new ConsoleSink(out));
  }

  /**
   * A table: a header, then a line for each log record. A span says nothing that its log record
   * does not, so spans are not printed.
   *
   * @param out written to in its own character set
   * @param columns width of the terminal; 0 for none, then nothing is cut to fit it
   * @param colour whether to use terminal colours
   */
  public static ConsoleOutput table(PrintStream out, int columns, boolean colour) {
    return new ConsoleOutput(
        new TableLines(columns, colour, ZoneId.systemDefault()), new ConsoleSink(out));
  }

  ConsoleOutput(ConsoleFormat format, ConsoleSink sink) {
    this.logs = new ConsoleLogRecordExporter(format, sink);
    this.spans = new ConsoleSpanExporter(format, sink);
  }

  /** Prints log records. */
  public LogRecordExporter logs() {
    return logs;
  }

  /** Prints spans, where the format has them. */
  public SpanExporter spans() {
    return spans;
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.agent.Settings.ConsoleFormat;
import io.requestkey.telemetry.ConsoleOutput;
import java.io.PrintStream;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The console as an exporter, or none. Tells once when its stream is closed. Any thread. */
final class Console {

  private final @Nullable ConsoleOutput output;
  private final Runnable gone;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Console(@Nullable ConsoleOutput output, Runnable gone) {
    this.output = output;
    this.gone = gone;
  }

  /**
   * A console.
   *
   * @param gone called once when the stream takes nothing any more
   */
  static Console of(ConsoleFormat format, PrintStream out, Runnable gone) {
    return new Console(
        switch (format) {
          case JSON -> ConsoleOutput.json(out);
          case TABLE -> ConsoleOutput.table(out, columns(), colour());
          case OFF -> null;
        },
        gone);
  }

  /** Colour on a terminal only, and not against the user's wish (no-color.org). */
  private static boolean colour() {
    return terminal() && System.getenv("NO_COLOR") == null;
  }

  /** bin/run looks, because the JVM cannot tell whether stdout is a terminal. */
  private static boolean terminal() {
    return Boolean.getBoolean("requestkey.terminal");
  }

  private static int columns() {
    return terminal() ? Integer.getInteger("requestkey.columns", 0) : 0;
  }

  boolean on() {
    return output != null;
  }

  CompletableResultCode exportLogs(Collection<LogRecordData> logs) {
    return output == null ? CompletableResultCode.ofFailure() : told(output.logs().export(logs));
  }

  CompletableResultCode exportSpans(Collection<SpanData> spans) {
    return output == null ? CompletableResultCode.ofFailure() : told(output.spans().export(spans));
  }

  private CompletableResultCode told(CompletableResultCode result) {
    if (result.isDone() && !result.isSuccess() && closed.compareAndSet(false, true)) {
      gone.run();
    }
    return result;
  }
}

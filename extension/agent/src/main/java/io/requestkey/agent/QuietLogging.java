/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Brings what libraries log into our one-line form, and silences what we say better ourselves. */
final class QuietLogging {

  // Kept, so that the levels set on them are not collected with them.
  private static final Logger EXPORTERS = Logger.getLogger("io.opentelemetry.exporter");
  private static final Logger SENDERS = Logger.getLogger("io.opentelemetry.sdk.common.export");

  private static final Logger METRICS = Logger.getLogger("io.opentelemetry.sdk.metrics.export");

  private static final Logger NETTY = Logger.getLogger("io.netty");

  private QuietLogging() {}

  static void install(Diagnostics diagnostics) {
    LogManager.getLogManager().reset();
    Logger root = Logger.getLogger("");
    root.setLevel(Level.WARNING);
    root.addHandler(new LineHandler(diagnostics));
    // Each failed export is told once, with its cause and how it goes on, by the delivery.
    EXPORTERS.setLevel(Level.OFF);
    SENDERS.setLevel(Level.OFF);
    METRICS.setLevel(Level.OFF);
    // It looks for a MAC address to make up an id nobody needs; a guest has none.
    NETTY.setLevel(Level.SEVERE);
  }

  private static final class LineHandler extends Handler {
    private final Diagnostics diagnostics;

    LineHandler(Diagnostics diagnostics) {
      this.diagnostics = diagnostics;
    }

    @Override
    public void publish(LogRecord record) {
      if (!isLoggable(record)) {
        return;
      }
      StringBuilder line = new StringBuilder(String.valueOf(record.getMessage()));
      for (Throwable t = record.getThrown(); t != null; t = t.getCause()) {
        line.append(": ").append(t);
      }
      diagnostics.warn(line.toString());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}

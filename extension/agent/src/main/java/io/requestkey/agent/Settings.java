/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.requestkey.agent.journal.JournalOptions;
import io.requestkey.capture.CaptureOptions;
import io.requestkey.telemetry.Redaction;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * All settings of one run, checked.
 *
 * @param capture how to capture
 * @param console what is printed to stdout; null: a table when there is no OTLP endpoint, else
 *     nothing
 * @param http where the management endpoints listen; null for nowhere
 * @param journal how the journal is kept
 * @param journalByDefault whether nothing was said about where
 * @param maxRequestBytes of one OTLP request before compression
 * @param dropSpans whether spans are dropped when the delivery is far behind
 * @param linkWindow how long the span of a call that returned a key waits for follow-ups to link
 *     to; zero for not at all
 * @param redaction how much of the callers' texts is told
 * @param stopWithin how long a stop may take
 * @param demo whether to make a few key requests after the start
 */
record Settings(
    CaptureOptions capture,
    @Nullable ConsoleFormat console,
    @Nullable HostPort http,
    JournalOptions journal,
    boolean journalByDefault,
    int maxRequestBytes,
    boolean dropSpans,
    Duration linkWindow,
    Redaction redaction,
    Duration stopWithin,
    boolean demo) {

  /** What the console exporter prints. */
  enum ConsoleFormat {
    TABLE,
    JSON,
    OFF
  }

  /** An address to listen on. Port 0: any free one. */
  record HostPort(String host, int port) {}
}

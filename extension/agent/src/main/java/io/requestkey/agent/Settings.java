/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.requestkey.capture.CaptureOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * All settings of one run, checked.
 *
 * @param capture how to capture
 * @param console what is printed to stdout; null: a table when there is no OTLP endpoint, else
 *     nothing
 * @param http where the management endpoints listen; null for nowhere
 * @param journalBytes bytes of records the journal in memory holds at most
 * @param stopWithin how long a stop may take
 * @param demo whether to make a few key requests after the start
 */
record Settings(
    CaptureOptions capture,
    @Nullable ConsoleFormat console,
    @Nullable HostPort http,
    long journalBytes,
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

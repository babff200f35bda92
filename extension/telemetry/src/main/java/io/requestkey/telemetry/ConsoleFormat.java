/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.charset.Charset;
import java.util.Collection;

/** Writes batches as lines. Called by one thread at a time. */
interface ConsoleFormat {

  /** The character set of the lines, given that of the stream. */
  Charset charset(Charset ofStream);

  /** Appends a line for each record, each with its line end. */
  void logs(StringBuilder lines, Collection<LogRecordData> batch);

  /** Appends a line for each span, each with its line end, or nothing. */
  void spans(StringBuilder lines, Collection<SpanData> batch);
}

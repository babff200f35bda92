/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.SpanData;

/**
 * What one hit becomes. Both carry the same ids, times and attributes.
 *
 * @param log the log record
 * @param span the span
 */
public record KeySignals(LogRecordData log, SpanData span) {}

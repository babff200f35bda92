/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.SpanData;
import org.jspecify.annotations.Nullable;

/**
 * What one hit becomes. Both carry the same ids, times and attributes.
 *
 * @param log the log record
 * @param span the span, or null when the hit is none
 */
public record KeySignals(LogRecordData log, @Nullable SpanData span) {}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * The application's span that was current on the calling thread. The process itself says so: it can
 * lie about its own.
 *
 * @param traceId 32 lower-case hex digits, not all zero
 * @param spanId 16 lower-case hex digits, not all zero
 * @param flags W3C trace flags, 0 to 255
 * @param parent whether the hit's own span is its child; else the two are to be linked
 */
public record ApplicationSpan(String traceId, String spanId, int flags, boolean parent) {}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.opentelemetry.api.trace.SpanContext;
import org.jspecify.annotations.Nullable;

/**
 * The ids of a span as numbers. They are kept for the spans met last, because a span is published
 * each time it becomes current again, and taking its ids from text costs more than publishing them.
 *
 * @param of whose ids they are
 * @param valid whether they are ids; a span context may have been made by anyone
 */
record SpanIds(
    SpanContext of, boolean valid, long traceIdHigh, long traceIdLow, long spanId, int flags) {

  private static final int ID_DIGITS = 16;

  static SpanIds of(SpanContext span) {
    String traceId = span.getTraceId();
    String spanId = span.getSpanId();
    if (!span.isValid()
        || traceId.length() != 2 * ID_DIGITS
        || spanId.length() != ID_DIGITS
        || !isHex(traceId)
        || !isHex(spanId)) {
      return new SpanIds(span, false, 0, 0, 0, 0);
    }
    return new SpanIds(
        span,
        true,
        number(traceId, 0),
        number(traceId, ID_DIGITS),
        number(spanId, 0),
        span.getTraceFlags().asByte());
  }

  private static long number(String digits, int from) {
    long number = 0;
    for (int i = from; i < from + ID_DIGITS; i++) {
      int digit = digits.charAt(i);
      // '0' is 0x30 and 'a' 0x61: the low four bits, and nine more for a letter.
      number = number << 4 | ((digit & 0xf) + (digit >> 6) * 9);
    }
    return number;
  }

  private static boolean isHex(String digits) {
    for (int i = 0; i < digits.length(); i++) {
      char digit = digits.charAt(i);
      if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
        return false;
      }
    }
    return true;
  }

  /**
   * The ids of the spans met last. Threads may race for a place; each sees either span's ids whole,
   * and compares whose they are.
   */
  static final class Cache {
    private static final int SIZE = 256;

    private final @Nullable SpanIds[] places = new SpanIds[SIZE];

    // An equal span context in another object is decoded once more, which is all that happens.
    @SuppressWarnings("ReferenceEquality")
    SpanIds get(SpanContext span) {
      int place = span.getSpanId().hashCode() & SIZE - 1;
      SpanIds ids = places[place];
      if (ids == null || ids.of != span) {
        ids = SpanIds.of(span);
        places[place] = ids;
      }
      return ids;
    }
  }
}

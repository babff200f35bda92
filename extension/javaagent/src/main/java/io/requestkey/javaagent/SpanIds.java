/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.opentelemetry.api.trace.SpanContext;
import java.util.Arrays;
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

  /** Place in {@link #DIGITS} of all characters from there on. */
  private static final int OTHER = 127;

  /** Value of each digit by its character; negative for what is none. */
  private static final byte[] DIGITS = digits();

  static SpanIds of(SpanContext span) {
    String traceId = span.getTraceId();
    String spanId = span.getSpanId();
    if (!span.isValid() || traceId.length() != 2 * ID_DIGITS || spanId.length() != ID_DIGITS) {
      return new SpanIds(span, false, 0, 0, 0, 0);
    }
    long traceIdHigh = 0;
    long traceIdLow = 0;
    long number = 0;
    // Digits and letters come as they like: a branch for either costs more than all the rest.
    int all = 0;
    for (int i = 0; i < ID_DIGITS; i++) {
      int high = DIGITS[Math.min(traceId.charAt(i), OTHER)];
      int low = DIGITS[Math.min(traceId.charAt(i + ID_DIGITS), OTHER)];
      int digit = DIGITS[Math.min(spanId.charAt(i), OTHER)];
      traceIdHigh = traceIdHigh << 4 | high;
      traceIdLow = traceIdLow << 4 | low;
      number = number << 4 | digit;
      all |= high | low | digit;
    }
    return new SpanIds(
        span, all >= 0, traceIdHigh, traceIdLow, number, span.getTraceFlags().asByte());
  }

  private static byte[] digits() {
    byte[] digits = new byte[OTHER + 1];
    Arrays.fill(digits, (byte) -1);
    for (int value = 0; value < 16; value++) {
      digits[Character.forDigit(value, 16)] = (byte) value;
    }
    return digits;
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

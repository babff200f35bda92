/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SpanIdsTest {

  @Test
  void areTheNumbersThatTheTextSays() {
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      long high = random.nextLong();
      long low = random.nextLong();
      long spanId = random.nextLong();

      SpanIds ids = SpanIds.of(span(TraceId.fromLongs(high, low), SpanId.fromLong(spanId), "03"));

      assertThat(ids.valid()).isTrue();
      assertThat(ids.traceIdHigh()).isEqualTo(high);
      assertThat(ids.traceIdLow()).isEqualTo(low);
      assertThat(ids.spanId()).isEqualTo(spanId);
      assertThat(ids.flags()).isEqualTo(3);
    }
  }

  @Test
  void ofTextThatIsNotAnIdAreNotValid() {
    assertThat(SpanIds.of(SpanContext.getInvalid()).valid()).isFalse();
    assertThat(SpanIds.of(new ForeignSpanContext("short", "0000000000000001")).valid()).isFalse();
    assertThat(
            SpanIds.of(new ForeignSpanContext("0000000000000000000000000000000G", "0".repeat(16)))
                .valid())
        .isFalse();
    assertThat(
            SpanIds.of(new ForeignSpanContext("0".repeat(31) + "1", "0".repeat(15) + "\u0131"))
                .valid())
        .isFalse();
  }

  @Test
  void areKeptForASpanUntilAnotherTakesThePlace() {
    SpanIds.Cache cache = new SpanIds.Cache();
    SpanContext span = span("1".repeat(32), "2".repeat(16), "01");

    assertThat(cache.get(span)).isSameAs(cache.get(span));

    // The same place, because the place depends on the span id alone.
    SpanContext other = span("3".repeat(32), "2".repeat(16), "01");
    assertThat(cache.get(other).traceIdHigh()).isEqualTo(0x3333333333333333L);
    assertThat(cache.get(span).traceIdHigh()).isEqualTo(0x1111111111111111L);
  }

  private static SpanContext span(String traceId, String spanId, String flags) {
    return SpanContext.create(
        traceId, spanId, TraceFlags.fromHex(flags, 0), TraceState.getDefault());
  }

  /** A span context may come from anywhere, and say that it is valid. */
  private record ForeignSpanContext(String traceId, String spanId) implements SpanContext {
    @Override
    public String getTraceId() {
      return traceId;
    }

    @Override
    public String getSpanId() {
      return spanId;
    }

    @Override
    public boolean isValid() {
      return true;
    }

    @Override
    public TraceFlags getTraceFlags() {
      return TraceFlags.getDefault();
    }

    @Override
    public TraceState getTraceState() {
      return TraceState.getDefault();
    }

    @Override
    public boolean isRemote() {
      return false;
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;
import org.jspecify.annotations.Nullable;

/** Says in the telemetry itself that some of it was lost. */
public final class LossRecord {

  /** Makes such records. */
  @FunctionalInterface
  public interface Maker {
    /**
     * A record.
     *
     * @param signal which signal lost it; null if all did
     */
    LogRecordData make(
        String reason, @Nullable String signal, long count, long sinceEpochNanos, long epochNanos);
  }

  private LossRecord() {}

  /**
   * A maker of such records.
   *
   * @param version version of this software, for the instrumentation scope
   */
  public static Maker maker(Resource resource, String version) {
    InstrumentationScopeInfo scope =
        InstrumentationScopeInfo.builder(KeyringEvents.SCOPE).setVersion(version).build();
    return (reason, signal, count, since, now) -> {
      AttributesBuilder attributes =
          Attributes.builder()
              .put(KeyringAttributes.LOSS_REASON, reason)
              .put(KeyringAttributes.LOSS_COUNT, count)
              .put(KeyringAttributes.LOSS_SINCE, since);
      if (signal != null) {
        attributes.put(KeyringAttributes.LOSS_SIGNAL, signal);
      }
      String what = signal == null ? "hits" : signal;
      return new HitLogRecord(
          resource,
          scope,
          KeyringEvents.LOSS,
          now,
          now,
          SpanContext.getInvalid(),
          Severity.WARN,
          Value.of(count + " " + what + " lost: " + reason),
          attributes.build(),
          null);
    };
  }
}

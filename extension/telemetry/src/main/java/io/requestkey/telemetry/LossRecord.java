/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.api.common.AttributeKey;
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

  /** Event name of the record. */
  public static final String EVENT = "keyring.loss";

  /** Why, as the ledger names it. */
  public static final AttributeKey<String> REASON = AttributeKey.stringKey("keyring.loss.reason");

  /** How many hits since the last record of the same reason and signal. */
  public static final AttributeKey<Long> COUNT = AttributeKey.longKey("keyring.loss.count");

  /** When that was, or the agent's start, in ns since 1970. */
  public static final AttributeKey<Long> SINCE = AttributeKey.longKey("keyring.loss.since");

  /** {@code logs} or {@code traces}; not set for what was lost to both. */
  public static final AttributeKey<String> SIGNAL = AttributeKey.stringKey("keyring.loss.signal");

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
          Attributes.builder().put(REASON, reason).put(COUNT, count).put(SINCE, since);
      if (signal != null) {
        attributes.put(SIGNAL, signal);
      }
      String what = signal == null ? "hits" : signal;
      return new HitLogRecord(
          resource,
          scope,
          EVENT,
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

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.requestkey.agent.otlp.ProtoFields.MalformedMessageException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A {@code google.rpc.Status}: the body of a refused http/protobuf request, and what {@code
 * grpc-status-details-bin} holds.
 *
 * @param retryInfo whether a {@code google.rpc.RetryInfo} is among the details
 * @param retryDelay its {@code retry_delay}; null if it has none
 */
record RpcStatus(String message, boolean retryInfo, @Nullable Duration retryDelay) {

  static final RpcStatus NONE = new RpcStatus("", false, null);

  /** The range of {@code google.protobuf.Duration}: 10,000 years. */
  private static final long MAX_SECONDS = 315_576_000_000L;

  static RpcStatus parse(byte[] status) throws MalformedMessageException {
    String message = "";
    boolean retryInfo = false;
    Duration retryDelay = null;
    ProtoFields fields = new ProtoFields(status);
    while (fields.next()) {
      if (fields.isBytes(2)) {
        message = OneLine.of(fields.text());
      } else if (fields.isBytes(3)) {
        byte[] info = retryInfo(new ProtoFields(fields.bytes()));
        if (info != null) {
          retryInfo = true;
          retryDelay = retryDelay(new ProtoFields(info));
        }
      }
    }
    return new RpcStatus(message, retryInfo, retryDelay);
  }

  /** The value of a {@code google.protobuf.Any} if it holds a RetryInfo. */
  private static byte @Nullable [] retryInfo(ProtoFields any) throws MalformedMessageException {
    boolean wanted = false;
    byte[] value = new byte[0];
    while (any.next()) {
      if (any.isBytes(1)) {
        wanted = any.text().endsWith("/google.rpc.RetryInfo");
      } else if (any.isBytes(2)) {
        value = any.bytes();
      }
    }
    return wanted ? value : null;
  }

  private static @Nullable Duration retryDelay(ProtoFields info) throws MalformedMessageException {
    Duration delay = null;
    while (info.next()) {
      if (info.isBytes(1)) {
        delay = duration(new ProtoFields(info.bytes()));
      }
    }
    return delay;
  }

  private static Duration duration(ProtoFields fields) throws MalformedMessageException {
    long seconds = 0;
    long nanos = 0;
    while (fields.next()) {
      if (fields.isNumber(1)) {
        seconds = Math.clamp(fields.number(), 0, MAX_SECONDS);
      } else if (fields.isNumber(2)) {
        nanos = Math.clamp(fields.number(), 0, 999_999_999);
      }
    }
    return Duration.ofSeconds(seconds, nanos);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.opentelemetry.sdk.trace.IdGenerator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The SDK's random ids; but the span of a call on a key gets those that the kernel side has given
 * the call, because log records carry them and later calls link to them.
 *
 * <p>Safe for any threads, of which one, that which calls {@link #during}, is given ids.
 */
final class KernelIds implements IdGenerator {

  private final IdGenerator random = IdGenerator.random();

  private volatile @Nullable Thread giving;

  // Each is given once, so that a span that a sampler or processor starts meanwhile gets its own.
  private @Nullable String traceId;
  private @Nullable String spanId;

  /**
   * Runs something that makes one span, which gets these ids.
   *
   * @param traceId for a span without a parent; null for one that takes its parent's
   */
  <T> T during(@Nullable String traceId, String spanId, Supplier<T> making) {
    this.traceId = traceId;
    this.spanId = spanId;
    giving = Thread.currentThread();
    try {
      return making.get();
    } finally {
      giving = null;
      this.traceId = null;
      this.spanId = null;
    }
  }

  @Override
  public String generateSpanId() {
    if (giving == Thread.currentThread()) {
      String given = spanId;
      spanId = null;
      if (given != null) {
        return given;
      }
    }
    return random.generateSpanId();
  }

  @Override
  public String generateTraceId() {
    if (giving == Thread.currentThread()) {
      String given = traceId;
      traceId = null;
      if (given != null) {
        return given;
      }
    }
    return random.generateTraceId();
  }

  /** As without us: it is written into the flags of every trace that begins here. */
  @Override
  public boolean generatesRandomTraceIds() {
    return random.generatesRandomTraceIds();
  }
}

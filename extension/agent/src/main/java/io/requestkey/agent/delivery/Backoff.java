/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Growing pauses between tries, with jitter (OTLP specification, "Retryable Response Codes":
 * exponential back-off). Not thread-safe.
 */
final class Backoff {

  private static final long FIRST_MILLIS = 500;
  private static final long MAX_MILLIS = 30_000;
  private static final double FACTOR = 1.5;
  private static final double JITTER = 0.2;

  private double millis = FIRST_MILLIS;

  Duration next() {
    double jittered = millis * (1 - JITTER + 2 * JITTER * ThreadLocalRandom.current().nextDouble());
    millis = Math.min(MAX_MILLIS, millis * FACTOR);
    return Duration.ofMillis((long) jittered);
  }

  void reset() {
    millis = FIRST_MILLIS;
  }
}

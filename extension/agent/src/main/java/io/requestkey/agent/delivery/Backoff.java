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

  static final Duration FIRST = Duration.ofMillis(500);

  private static final long MAX_MILLIS = 30_000;

  /** "Retry at once" is not for a loop. */
  private static final long LEAST_ASKED_MILLIS = 100;

  /** Whoever asks for more is taken for mistaken. */
  private static final long MOST_ASKED_MILLIS = 3_600_000;

  private static final double FACTOR = 1.5;
  private static final double JITTER = 0.2;

  private final long firstMillis;
  private double millis;

  Backoff(Duration first) {
    firstMillis = first.toMillis();
    millis = firstMillis;
  }

  Duration next() {
    double jittered = millis * (1 - JITTER + 2 * JITTER * ThreadLocalRandom.current().nextDouble());
    millis = Math.min(MAX_MILLIS, millis * FACTOR);
    return Duration.ofMillis((long) jittered);
  }

  /**
   * What the other side asked for, and a little more so that not all come at once: never less, but
   * for what is more than an hour.
   */
  static Duration asked(Duration asked) {
    long least = Math.clamp(asked.toMillis(), LEAST_ASKED_MILLIS, MOST_ASKED_MILLIS);
    return Duration.ofMillis(
        (long) (least * (1 + JITTER * ThreadLocalRandom.current().nextDouble())));
  }

  void reset() {
    millis = firstMillis;
  }
}

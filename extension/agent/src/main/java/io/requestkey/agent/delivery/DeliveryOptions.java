/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import java.time.Duration;

/**
 * How to deliver.
 *
 * @param batch items of one request, at most
 * @param maxRequestBytes of one request before compression
 * @param linger how long to wait for more when there is something to deliver
 * @param mostHeld frames a renderer may hold back at a time
 * @param holdUntilBehind when more frames than this wait in the journal, nothing is held back
 * @param dropSpans whether spans are dropped when the delivery is far behind
 * @param dropWhenBehind how many frames in the journal that is
 * @param firstPause before the first retry of a batch
 * @param attemptLimit how long an exporter is waited for: above its own time-out, so that only a
 *     broken one is ever given up. What is given up may arrive all the same, and is sent again
 * @param keeps whether the journal keeps what is not delivered when the agent stops
 */
public record DeliveryOptions(
    int batch,
    int maxRequestBytes,
    Duration linger,
    int mostHeld,
    long holdUntilBehind,
    boolean dropSpans,
    long dropWhenBehind,
    Duration firstPause,
    Duration attemptLimit,
    boolean keeps) {

  /**
   * The specification wants 4 MiB for gRPC at most, and receivers refuse more by default
   * (opentelemetry-proto, docs/specification.md); leave room for the frame.
   */
  public static final int DEFAULT_MAX_REQUEST_BYTES = 4_000_000;

  private static final Duration LEAST_ATTEMPT_LIMIT = Duration.ofMinutes(2);

  /** What an exporter may take beyond its time-out. */
  private static final Duration MARGIN = Duration.ofSeconds(30);

  /**
   * Twice what OTEL_BLRP_MAX_EXPORT_BATCH_SIZE has: a request costs the same, however much is in
   * it, and this many take about a megabyte.
   */
  private static final int BATCH = 1024;

  /**
   * The usual ones.
   *
   * @param exportTimeout after which an exporter gives up by itself
   */
  public static DeliveryOptions of(
      int maxRequestBytes, Duration exportTimeout, boolean dropSpans, boolean keeps) {
    Duration limit = exportTimeout.plus(MARGIN);
    return new DeliveryOptions(
        BATCH,
        maxRequestBytes,
        Duration.ofMillis(100),
        8 * BATCH,
        4 * BATCH,
        dropSpans,
        16 * BATCH,
        Backoff.FIRST,
        limit.compareTo(LEAST_ATTEMPT_LIMIT) < 0 ? LEAST_ATTEMPT_LIMIT : limit,
        keeps);
  }
}

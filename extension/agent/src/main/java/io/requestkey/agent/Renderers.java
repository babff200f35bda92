/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.agent.delivery.HitRenderer;
import io.requestkey.agent.delivery.Signal;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.RecordVersions;
import io.requestkey.telemetry.KeyTelemetry;
import java.time.Duration;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Makes the renderers of the signals. Every record comes to each of them, so one tells what it has
 * seen: the log records', and the spans' where there are no log records.
 */
final class Renderers {

  private final Set<Signal> signals;
  private final RecordVersions versions;
  private final KeyTelemetry telemetry;
  private final Consumer<KeyHit> seen;
  private final BiConsumer<String, String> undecodable;

  /**
   * Renderers.
   *
   * @param signals those that are switched on
   * @param versions of the records that the journal may hold
   * @param seen told of each hit, once in the life of the process
   * @param undecodable told for what reason a record is lost that cannot be decoded, and why it
   *     cannot
   */
  Renderers(
      Set<Signal> signals,
      RecordVersions versions,
      KeyTelemetry telemetry,
      Consumer<KeyHit> seen,
      BiConsumer<String, String> undecodable) {
    this.signals = signals;
    this.versions = versions;
    this.telemetry = telemetry;
    this.seen = seen;
    this.undecodable = undecodable;
  }

  HitRenderer<LogRecordData> logs() {
    return HitRenderer.logs(versions, telemetry, seen, undecodable);
  }

  HitRenderer<SpanData> spans(Duration window, int capacity) {
    return signals.contains(Signal.LOGS)
        ? HitRenderer.spans(versions, telemetry, window, capacity, _ -> {}, (_, _) -> {})
        : HitRenderer.spans(versions, telemetry, window, capacity, seen, undecodable);
  }
}

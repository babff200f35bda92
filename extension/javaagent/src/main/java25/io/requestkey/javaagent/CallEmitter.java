/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.capture.ApplicationSpan;
import io.requestkey.capture.HitHeader;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.ProcessIds;
import io.requestkey.telemetry.KeySignals;
import io.requestkey.telemetry.KeyTelemetry;
import io.requestkey.telemetry.Observation;
import io.requestkey.telemetry.SpanWindow;
import java.time.Duration;

/**
 * Makes a log record at once, and a span in its time, of each call. Bounded: a span of a call that
 * returned a key waits for the link window, among {@value #HELD_SPANS} at most. For one thread.
 */
final class CallEmitter {

  /** About 4 KiB each. */
  private static final int HELD_SPANS = 512;

  /** Beyond the link window, for a record that is still on its way. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final KeyTelemetry telemetry;
  private final AgentPipeline pipeline;
  private final int ownThread;
  private final SpanWindow<Boolean> window;
  private final ParentsFirst spans;

  /**
   * An emitter.
   *
   * @param ownThread id, in this process's pid namespace, of the thread that emits: what an
   *     exporter calls on it is not told, or telling would never end; 0 for none
   */
  CallEmitter(KeyTelemetry telemetry, AgentPipeline pipeline, Duration linkWindow, int ownThread) {
    this.telemetry = telemetry;
    this.pipeline = pipeline;
    this.ownThread = ownThread;
    window = new SpanWindow<>(linkWindow.toNanos(), HELD_SPANS);
    spans = new ParentsFirst(linkWindow.plus(PATIENCE).toNanos(), pipeline::span);
  }

  /** Takes the next call. */
  void accept(KeyHit hit, Observation observation) {
    ProcessIds ids = hit.header().caller().namespaced();
    if (ids != null && ownThread != 0 && ids.tid() == ownThread) {
      return;
    }
    KeySignals signals = telemetry.signals(hit, observation);
    pipeline.log(signals.log());
    SpanData span = signals.span();
    if (span == null) {
      tick(observation);
      return;
    }
    window.accept(
        within(hit.header()),
        hit,
        observation,
        span,
        released -> release(released, observation.bootNanos()));
  }

  /** Lets go of the spans whose time has come. */
  void tick(Observation now) {
    window.tick(now, released -> release(released, now.bootNanos()));
    spans.tick(now.bootNanos());
  }

  /** Lets go of all spans. */
  void flush() {
    window.flush(released -> release(released, 0));
    spans.flush();
  }

  /** Whether a span waits for its time. */
  boolean holds() {
    return window.held() + spans.waiting() > 0;
  }

  /** Whether it was made within another call, whose span is its parent. */
  private static boolean within(HitHeader header) {
    ApplicationSpan application = header.application();
    return header.parentSpanId() != null && (application == null || !application.parent());
  }

  private void release(SpanWindow.Released<Boolean> released, long nowNanos) {
    spans.accept(released.span(), released.token(), nowNanos);
  }
}

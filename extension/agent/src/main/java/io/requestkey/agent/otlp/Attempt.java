/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.requestkey.agent.otlp.ExportOutcome.Retryable;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One {@code send}: reports its outcome past the exporter first, then calls the exporter back, so
 * that the outcome is there when the exporter's result is.
 *
 * @param <R> what the exporter is called back with when there was a proper answer
 */
final class Attempt<R> {

  private final Consumer<ExportOutcome> report;
  private final Consumer<R> onResponse;
  private final Consumer<Throwable> onError;

  /** To be created on the thread that calls {@code send}. */
  Attempt(Consumer<R> onResponse, Consumer<Throwable> onError) {
    this.report = OtlpExport.currentReport();
    this.onResponse = onResponse;
    this.onError = onError;
  }

  /** There was an answer that the exporter understands in the same way as we do. */
  void answered(ExportOutcome outcome, R response) {
    report.accept(outcome);
    onResponse.accept(response);
  }

  /** There was none, or one that the exporter would take for success. */
  void failed(ExportOutcome outcome) {
    report.accept(outcome);
    onError.accept(new ExportFailedException(outcome.detail()));
  }

  /**
   * Judges an answer. A mistake of ours in doing so must not leave the exporter waiting, nor lose
   * the batch.
   */
  <V> void judge(Supplier<V> judgement, Consumer<V> verdict) {
    V judged;
    try {
      judged = judgement.get();
    } catch (RuntimeException e) {
      failed(new Retryable("transport", null, OneLine.of("the answer was not understood: " + e)));
      return;
    }
    verdict.accept(judged);
  }
}

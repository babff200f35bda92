/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.requestkey.agent.otlp.ExportOutcome.Retryable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs an SDK exporter and tells what the receiver answered, which {@link CompletableResultCode}
 * cannot.
 *
 * <p>The SDK's OTLP exporters call their sender on the thread that calls {@code export}. So a
 * scoped value bound around that call reaches our sender, and nothing has to be passed through the
 * exporter.
 */
public final class OtlpExport {

  private static final ScopedValue<AttemptOutcomes> CURRENT = ScopedValue.newInstance();

  private OtlpExport() {}

  /**
   * Makes the call, once, on the calling thread.
   *
   * <p>An exporter that does not send through this package (a console exporter, one of a third
   * party) is believed: success is {@code Accepted} without rejections, failure is {@code
   * Retryable("exporter_failed")}, a thrown {@link RuntimeException} as well. If the exporter sends
   * to several receivers, the outcome is the one that asks for most: retryable before permanent
   * before accepted.
   *
   * @param call one call of {@code exporter.export(batch)}
   * @return completed, never exceptionally, when the attempt has ended. With the senders of this
   *     package that is at most the exporter's timeout later, and on a Vert.x event loop:
   *     dependents must not block.
   */
  public static CompletableFuture<ExportOutcome> export(Supplier<CompletableResultCode> call) {
    return export(call, Integer.MAX_VALUE);
  }

  /**
   * Makes the call, once, on the calling thread, unless the request would be too large.
   *
   * @param maxRequestBytes of the request before compression; a larger one is not sent and is
   *     {@code Permanent("too_large")}
   * @see #export(Supplier)
   */
  public static CompletableFuture<ExportOutcome> export(
      Supplier<CompletableResultCode> call, int maxRequestBytes) {
    AttemptOutcomes attempts = new AttemptOutcomes(maxRequestBytes);
    CompletableFuture<ExportOutcome> outcome = new CompletableFuture<>();
    try {
      CompletableResultCode result = ScopedValue.where(CURRENT, attempts).call(call::get);
      result.whenComplete(() -> outcome.complete(attempts.conclude(result)));
    } catch (RuntimeException e) {
      outcome.complete(
          new Retryable("exporter_failed", null, OneLine.of("the exporter threw " + e)));
    }
    return outcome;
  }

  /** How large a request may be that the current thread sends, in bytes before compression. */
  static int currentMaxRequestBytes() {
    return CURRENT.isBound() ? CURRENT.get().maxRequestBytes() : Integer.MAX_VALUE;
  }

  /**
   * Where a sender reports the outcome of an attempt that the current thread starts. To be asked
   * for on the thread that calls {@code send}; may be called later on any thread.
   */
  static Consumer<ExportOutcome> currentReport() {
    return CURRENT.isBound() ? CURRENT.get()::add : outcome -> {};
  }
}

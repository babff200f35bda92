/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.requestkey.agent.otlp.ExportOutcome.Accepted;
import io.requestkey.agent.otlp.ExportOutcome.Permanent;
import io.requestkey.agent.otlp.ExportOutcome.Retryable;
import org.jspecify.annotations.Nullable;

/** Gathers what the senders reported during one {@code export} call. Thread-safe. */
final class AttemptOutcomes {

  private final int maxRequestBytes;
  private @Nullable ExportOutcome weightiest;

  AttemptOutcomes(int maxRequestBytes) {
    this.maxRequestBytes = maxRequestBytes;
  }

  int maxRequestBytes() {
    return maxRequestBytes;
  }

  synchronized void add(ExportOutcome outcome) {
    if (weightiest == null || weight(outcome) > weight(weightiest)) {
      weightiest = outcome;
    }
  }

  /** The outcome of the call, whose result must be complete. */
  synchronized ExportOutcome conclude(CompletableResultCode result) {
    // An accepted attempt in a failed call: another of the exporter's receivers failed unseen.
    boolean seenAll = result.isSuccess() || !(weightiest instanceof Accepted);
    if (weightiest != null && seenAll) {
      return weightiest;
    }
    if (result.isSuccess()) {
      return new Accepted(0, "", "the exporter reported success");
    }
    Throwable failure = result.getFailureThrowable();
    return new Retryable(
        "exporter_failed",
        null,
        OneLine.of("the exporter reported failure" + (failure == null ? "" : ": " + failure)));
  }

  private static long weight(ExportOutcome outcome) {
    return switch (outcome) {
      case Accepted accepted -> Math.min(accepted.rejected(), Long.MAX_VALUE - 2);
      case Permanent _ -> Long.MAX_VALUE - 1;
      case Retryable _ -> Long.MAX_VALUE;
    };
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.requestkey.agent.otlp.ExportOutcome;
import io.requestkey.agent.otlp.OtlpExport;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Says once when metrics do not arrive, and once when they do again. Nothing is sent again: counts
 * are cumulative, so the next export has it all.
 */
final class CandidMetricExporter implements MetricExporter {

  private final MetricExporter exporter;
  private final Diagnostics diagnostics;
  private final AtomicBoolean failing = new AtomicBoolean();

  CandidMetricExporter(MetricExporter exporter, Diagnostics diagnostics) {
    this.exporter = exporter;
    this.diagnostics = diagnostics;
  }

  @Override
  public CompletableResultCode export(Collection<MetricData> metrics) {
    CompletableResultCode result = new CompletableResultCode();
    var _ =
        OtlpExport.export(() -> exporter.export(metrics))
            .thenAccept(outcome -> {
              if (outcome instanceof ExportOutcome.Accepted) {
                if (failing.compareAndSet(true, false)) {
                  diagnostics.info("metrics flow again");
                }
                result.succeed();
              } else {
                if (failing.compareAndSet(false, true)) {
                  diagnostics.warn(
                      "metrics do not arrive: "
                          + outcome.detail()
                          + "; OTEL_METRICS_EXPORTER=none switches them off");
                }
                result.fail();
              }
            });
    return result;
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return exporter.getAggregationTemporality(type);
  }

  @Override
  public Aggregation getDefaultAggregation(InstrumentType type) {
    return exporter.getDefaultAggregation(type);
  }

  @Override
  public MemoryMode getMemoryMode() {
    return exporter.getMemoryMode();
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}

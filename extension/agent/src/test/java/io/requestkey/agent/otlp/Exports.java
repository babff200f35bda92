/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.testing.logs.TestLogRecordData;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The SDK's exporters, as the specifications below use them. */
final class Exports {

  /** Long enough never to strike by accident, short enough to fail a test soon. */
  static final Duration TIMEOUT = Duration.ofSeconds(8);

  // Held strongly, as loggers are collected otherwise. What they say is said by our outcome.
  private static final List<Logger> SDK_LOGGERS =
      List.of(
          Logger.getLogger("io.opentelemetry.exporter.otlp.internal.HttpExporter"),
          Logger.getLogger("io.opentelemetry.exporter.otlp.internal.GrpcExporter"));

  static {
    SDK_LOGGERS.forEach(logger -> logger.setLevel(Level.OFF));
  }

  private Exports() {}

  static LogRecordExporter http(String url) {
    return http(url, TIMEOUT);
  }

  static LogRecordExporter http(String url, Duration timeout) {
    return OtlpHttpLogRecordExporter.builder()
        .setEndpoint(url + "/v1/logs")
        .setTimeout(timeout)
        .build();
  }

  static LogRecordExporter grpc(String url) {
    return grpc(url, TIMEOUT);
  }

  static LogRecordExporter grpc(String url, Duration timeout) {
    return OtlpGrpcLogRecordExporter.builder().setEndpoint(url).setTimeout(timeout).build();
  }

  static List<LogRecordData> records(int count) {
    return Collections.nCopies(count, record("request_key(\"user\", \"demo\")"));
  }

  static LogRecordData record(String body) {
    return TestLogRecordData.builder()
        .setSeverity(Severity.INFO)
        .setBodyValue(Value.of(body))
        .setAttributes(Attributes.builder().put("keyring.key.type", "user").build())
        .build();
  }

  /** Exports three records and waits for what became of them. */
  static ExportOutcome export(LogRecordExporter exporter) {
    return export(exporter, records(3));
  }

  static ExportOutcome export(LogRecordExporter exporter, List<LogRecordData> records) {
    try {
      return OtlpExport.export(() -> exporter.export(records)).get(15, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("no outcome", e);
    }
  }
}

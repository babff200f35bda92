/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.requestkey.agent.otlp.ExportOutcome.Accepted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logs, traces and metrics alike go through the senders of this package. */
@Timeout(60)
class EverySignalTest {

  private final List<LogRecordExporter> logExporters = new ArrayList<>();
  private final List<OpenTelemetrySdk> sdks = new ArrayList<>();

  @RegisterExtension static final OtlpReceivers otlp = new OtlpReceivers();

  private final FaultyReceiver receiver = otlp.start();

  @AfterEach
  void stop() {
    sdks.forEach(sdk -> sdk.shutdown().join(5, TimeUnit.SECONDS));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http/protobuf", "grpc"})
  void all_signals_are_sent(String protocol) {
    OpenTelemetrySdk sdk = configure(Map.of("otel.exporter.otlp.protocol", protocol));

    sdk.getLogsBridge().get("test").logRecordBuilder().setBody("one").emit();
    sdk.getTracer("test").spanBuilder("two").startSpan().end();
    sdk.getMeter("test").counterBuilder("three").build().add(3);

    assertThat(sdk.getSdkLoggerProvider().forceFlush().join(5, TimeUnit.SECONDS).isSuccess())
        .isTrue();
    assertThat(sdk.getSdkTracerProvider().forceFlush().join(5, TimeUnit.SECONDS).isSuccess())
        .isTrue();
    assertThat(sdk.getSdkMeterProvider().forceFlush().join(5, TimeUnit.SECONDS).isSuccess())
        .isTrue();
    assertThat(received("logs").logRecordCount()).isEqualTo(1);
    assertThat(received("trace").spanCount()).isEqualTo(1);
    assertThat(received("metrics").metrics().toString()).contains("\"three\"");
  }

  @Test
  void one_signal_may_have_an_endpoint_of_its_own() {
    configure(
        Map.of(
            "otel.exporter.otlp.protocol",
            "http/protobuf",
            "otel.exporter.otlp.logs.endpoint",
            receiver.url() + "/tenant/logs"));

    assertThat(Exports.export(logExporters.getFirst()))
        .isEqualTo(new Accepted(0, "", receiver.url() + "/tenant/logs accepted the batch"));
    assertThat(receiver.received().getFirst().path()).isEqualTo("/tenant/logs");
  }

  private OpenTelemetrySdk configure(Map<String, String> properties) {
    Map<String, String> all = new HashMap<>(properties);
    all.put("otel.exporter.otlp.endpoint", receiver.url());
    all.put("otel.service.name", "test");
    OpenTelemetrySdk sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            // Stronger than the environment the tests run in.
            .addPropertiesCustomizer(config -> all)
            .addLogRecordExporterCustomizer((exporter, config) -> {
              logExporters.add(exporter);
              return exporter;
            })
            .build()
            .getOpenTelemetrySdk();
    sdks.add(sdk);
    return sdk;
  }

  private FaultyReceiver.Received received(String signal) {
    return receiver.received().stream()
        .filter(request ->
            request.path().contains("/v1/" + signal)
                || request.path().contains(".collector." + signal + "."))
        .findFirst()
        .orElseThrow(() -> new AssertionError("nothing received of " + signal));
  }
}

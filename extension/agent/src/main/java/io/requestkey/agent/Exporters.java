/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.requestkey.telemetry.KeyringEvents;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The exporters and the resource as the standard OTEL_* settings describe them, built by the SDK's
 * autoconfiguration. Its processors are not used: they drop what they cannot send.
 */
final class Exporters implements AutoCloseable {

  private final AutoConfiguredOpenTelemetrySdk sdk;
  private final List<LogRecordExporter> logs;
  private final List<SpanExporter> spans;
  private final Resource resource;
  private final boolean consoleWanted;
  private final List<String> destinations;
  private final Duration timeout;

  private Exporters(
      AutoConfiguredOpenTelemetrySdk sdk,
      List<LogRecordExporter> logs,
      List<SpanExporter> spans,
      Resource resource,
      boolean consoleWanted,
      List<String> destinations,
      Duration timeout) {
    this.sdk = sdk;
    this.logs = logs;
    this.spans = spans;
    this.resource = resource;
    this.consoleWanted = consoleWanted;
    this.destinations = destinations;
    this.timeout = timeout;
  }

  /**
   * Reads the settings and builds what they say.
   *
   * @param otlpAnyway whether to use OTLP's default endpoint when no setting asks for OTLP
   * @throws SettingException with the SDK's message about a wrong setting
   */
  static Exporters build(boolean otlpAnyway, Diagnostics diagnostics) throws SettingException {
    refuseConfigFile();
    List<LogRecordExporter> logs = new ArrayList<>();
    List<SpanExporter> spans = new ArrayList<>();
    Resource[] resource = {Resource.empty()};
    boolean[] console = {false};
    Duration[] timeout = {Duration.ZERO};
    List<String> destinations = new ArrayList<>();
    try {
      AutoConfiguredOpenTelemetrySdk sdk =
          AutoConfiguredOpenTelemetrySdk.builder()
              .disableShutdownHook()
              .addPropertiesCustomizer(config -> {
                console[0] = OtlpDefaults.consoleWanted(config);
                timeout[0] = OtlpDefaults.longestTimeout(config);
                boolean otlp = otlpAnyway || OtlpDefaults.otlpWanted(config);
                return OtlpDefaults.properties(config, otlp && !onlyConsole(config));
              })
              .addResourceCustomizer((built, _) -> {
                resource[0] = host().merge(built);
                return resource[0];
              })
              .addLogRecordExporterCustomizer((exporter, config) -> {
                logs.add(exporter);
                destinations.add("logs to " + Destination.of(config, "logs"));
                return exporter;
              })
              .addSpanExporterCustomizer((exporter, config) -> {
                spans.add(exporter);
                destinations.add("traces to " + Destination.of(config, "traces"));
                return exporter;
              })
              .addMetricExporterCustomizer((exporter, config) -> {
                destinations.add("metrics to " + Destination.of(config, "metrics"));
                return new CandidMetricExporter(exporter, diagnostics);
              })
              .build();
      return new Exporters(
          sdk,
          List.copyOf(logs),
          List.copyOf(spans),
          resource[0],
          console[0],
          List.copyOf(destinations),
          timeout[0]);
    } catch (ConfigurationException | IllegalArgumentException e) {
      Throwable cause = e.getCause();
      throw new SettingException(
          e.getMessage() + (cause == null ? "" : " (" + cause.getMessage() + ")"));
    }
  }

  /**
   * A configuration file would replace every OTEL_* variable and, as it is read without our
   * customizers, leave us without an exporter to deliver with.
   */
  private static void refuseConfigFile() throws SettingException {
    for (String property : List.of("otel.config.file", "otel.experimental.config.file")) {
      String variable = property.toUpperCase(Locale.ROOT).replace('.', '_');
      String file = System.getProperty(property, System.getenv(variable));
      if (file != null && !file.isBlank()) {
        throw new SettingException(
            variable
                + " ("
                + file
                + ") is not supported: use the OTEL_* variables, such as"
                + " OTEL_EXPORTER_OTLP_ENDPOINT");
      }
    }
  }

  private static boolean onlyConsole(ConfigProperties config) {
    return OtlpDefaults.consoleWanted(config) && !OtlpDefaults.otlpWanted(config);
  }

  /** The host, by the names of the OpenTelemetry resource conventions. */
  private static Resource host() {
    var attributes = Attributes.builder();
    attributes.put(AttributeKey.stringKey("os.type"), "linux");
    attributes.put(AttributeKey.stringKey("host.arch"), arch());
    String name = hostName();
    if (name != null) {
      attributes.put(AttributeKey.stringKey("host.name"), name);
    }
    String id = firstLine(Path.of("/etc/machine-id"));
    if (id != null) {
      attributes.put(AttributeKey.stringKey("host.id"), id);
    }
    String version = Exporters.class.getPackage().getImplementationVersion();
    if (version != null) {
      attributes.put(AttributeKey.stringKey("service.version"), version);
    }
    return Resource.create(attributes.build());
  }

  private static String arch() {
    String arch = System.getProperty("os.arch", "");
    return arch.equals("aarch64") ? "arm64" : arch;
  }

  private static @Nullable String hostName() {
    String name = firstLine(Path.of("/proc/sys/kernel/hostname"));
    if (name != null) {
      return name;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return null;
    }
  }

  static @Nullable String firstLine(Path file) {
    try {
      String text = Files.readString(file).strip();
      return text.isEmpty() ? null : text;
    } catch (IOException e) {
      return null;
    }
  }

  List<LogRecordExporter> logs() {
    return logs;
  }

  List<SpanExporter> spans() {
    return spans;
  }

  /** Where instruments of this process are made; they go nowhere if metrics are switched off. */
  Meter meter() {
    return sdk.getOpenTelemetrySdk().getMeter(KeyringEvents.SCOPE);
  }

  Resource resource() {
    return resource;
  }

  /** Whether {@code console} is among the exporters the variables name. */
  boolean consoleWanted() {
    return consoleWanted;
  }

  /** Such as {@code logs to http://127.0.0.1:4318 (http/protobuf)}. */
  List<String> destinations() {
    return destinations;
  }

  /** The longest time after which one gives up by itself. */
  Duration timeout() {
    return timeout;
  }

  /** Ends the exporters; call it when nothing is being exported any more. */
  void shutdown(Duration within) {
    CompletableResultCode _ =
        sdk.getOpenTelemetrySdk().shutdown().join(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    shutdown(Duration.ofSeconds(1));
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.requestkey.agent.otlp.Endpoint;
import java.net.URI;

/** Where a signal goes, for the person at the terminal. */
final class Destination {

  private Destination() {}

  static String of(ConfigProperties config, String signal) {
    String protocol = either(config, signal, "protocol", "http/protobuf");
    String fallback = protocol.equals("grpc") ? "http://localhost:4317" : "http://localhost:4318";
    // Not as it was given: an endpoint may hold a user's name and password, or a token.
    String shown = Endpoint.of(URI.create(either(config, signal, "endpoint", fallback))).shown();
    return shown + " (" + protocol + ")";
  }

  private static String either(
      ConfigProperties config, String signal, String name, String otherwise) {
    String own = config.getString("otel.exporter.otlp." + signal + "." + name);
    if (own != null) {
      return own;
    }
    String common = config.getString("otel.exporter.otlp." + name);
    return common == null ? otherwise : common;
  }
}

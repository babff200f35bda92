/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The configured headers of a request, below those that the protocol prescribes. */
final class RequestHeaders {

  private static final String USER_AGENT = "requestkey-otlp";

  private RequestHeaders() {}

  /**
   * Asks for the configured headers, which may be new ones each time (tokens).
   *
   * @throws ExportFailedException if there are none to be had or one is malformed. The message
   *     tells neither names nor values: they are secrets.
   */
  static MultiMap configured(Supplier<Map<String, List<String>>> supplier)
      throws ExportFailedException {
    MultiMap headers = HttpHeaders.headers();
    try {
      Map<String, List<String>> configured = supplier.get();
      if (configured != null) {
        configured.forEach((name, values) -> headers.add(name, values));
      }
    } catch (RuntimeException e) {
      throw new ExportFailedException(
          "the configured headers cannot be used: " + e.getClass().getSimpleName());
    }
    if (!headers.contains(HttpHeaders.USER_AGENT)) {
      headers.set(HttpHeaders.USER_AGENT, USER_AGENT);
    }
    return headers;
  }
}

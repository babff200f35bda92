/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.http;

import io.requestkey.capture.AttachTable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** {@code GET /livez /readyz /ledger /attach /metrics}. On loopback only; reads, never changes. */
public final class ManagementServer {

  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private final HttpServer server;
  private final AgentState state;

  /** A server that is not yet listening. */
  public ManagementServer(Vertx vertx, AgentState state) {
    this.state = state;
    this.server =
        vertx
            .createHttpServer(new HttpServerOptions().setIdleTimeout(30))
            .requestHandler(this::handle);
  }

  /** Listens; the future has the actual port. */
  public Future<Integer> listen(String host, int port) {
    return server.listen(port, host).map(HttpServer::actualPort);
  }

  private void handle(HttpServerRequest request) {
    if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
      request.response().putHeader("allow", "GET, HEAD");
      answer(request, 405, TEXT, "only GET\n");
      return;
    }
    switch (request.path()) {
      case "/livez" -> answer(request, 200, TEXT, "ok\n");
      case "/readyz" -> {
        boolean ready = state.ready();
        answer(request, ready ? 200 : 503, TEXT, ready ? "ok\n" : "not ready\n");
      }
      case "/ledger" -> answer(request, 200, JSON, LedgerJson.of(state.ledger()).encode() + "\n");
      case "/attach" -> answer(request, 200, JSON, attach(state.attachTable()).encode() + "\n");
      case "/metrics" -> answer(request, 200, PROMETHEUS, PrometheusText.of(state));
      default -> answer(request, 404, TEXT, "there are /livez /readyz /ledger /attach /metrics\n");
    }
  }

  private static void answer(HttpServerRequest request, int status, String type, String body) {
    request.response().setStatusCode(status).putHeader("content-type", type);
    if (request.method().equals(HttpMethod.HEAD)) {
      Future<Void> _ = request.response().end();
    } else {
      Future<Void> _ = request.response().end(body);
    }
  }

  private static JsonObject attach(AttachTable table) {
    JsonArray rows = new JsonArray();
    for (AttachTable.Row row : table.rows()) {
      JsonArray probes = new JsonArray();
      for (AttachTable.ProbeState probe : row.probes()) {
        probes.add(
            new JsonObject()
                .put("program", probe.program())
                .put("runs", probe.runs())
                .put("missed", probe.missed()));
      }
      rows.add(
          new JsonObject()
              .put("fact", row.fact())
              .put("way", row.way())
              .put("reason", row.reason())
              .put("probes", probes));
    }
    return new JsonObject().put("rows", rows);
  }
}

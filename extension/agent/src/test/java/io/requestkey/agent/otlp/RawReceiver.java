/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.function.Consumer;

/** A TCP server on loopback that does something to whoever says a first word. */
final class RawReceiver implements AutoCloseable {

  private final NetServer server;

  RawReceiver(Vertx vertx, Consumer<NetSocket> greeting) {
    server =
        vertx
            .createNetServer()
            .connectHandler(socket -> socket.handler(first -> greeting.accept(socket)))
            .listen(0, "127.0.0.1")
            .await();
  }

  String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  @Override
  public void close() {
    server.close().await();
  }
}

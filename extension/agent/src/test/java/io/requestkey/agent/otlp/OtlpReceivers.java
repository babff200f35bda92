/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The Vert.x that carries OTLP both ways in the tests of a class, and receivers that end with the
 * test that started them. To be registered in a static field; fields of the test's instance may
 * start receivers.
 */
public final class OtlpReceivers implements BeforeAllCallback, AfterAllCallback, AfterEachCallback {

  private final List<FaultyReceiver> running = new ArrayList<>();
  private @Nullable Vertx vertx;

  /** A nested class is within the life of the one around it. */
  private int depth;

  @Override
  public void beforeAll(ExtensionContext context) {
    if (depth++ == 0) {
      vertx = Vertx.vertx();
      OtlpVertx.set(vertx);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (--depth == 0) {
      OtlpVertx.clear();
      vertx().close().await();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    running.forEach(FaultyReceiver::close);
    running.clear();
  }

  /** One that takes everything until it is told otherwise. */
  public FaultyReceiver start() {
    return start(new HttpServerOptions());
  }

  /** One on a server of these options. */
  public FaultyReceiver start(HttpServerOptions options) {
    return endingWithTheTest(FaultyReceiver.start(vertx(), options));
  }

  /** One on that port of loopback. */
  FaultyReceiver start(HttpServerOptions options, int port) {
    return endingWithTheTest(FaultyReceiver.start(vertx(), options, port));
  }

  private FaultyReceiver endingWithTheTest(FaultyReceiver receiver) {
    running.add(receiver);
    return receiver;
  }

  Vertx vertx() {
    return Objects.requireNonNull(vertx);
  }
}

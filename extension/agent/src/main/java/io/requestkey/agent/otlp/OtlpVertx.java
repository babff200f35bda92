/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import org.jspecify.annotations.Nullable;

/**
 * The Vert.x instance that senders run on. The SDK creates senders through {@code ServiceLoader},
 * so they cannot be handed one. Thread-safe.
 */
public final class OtlpVertx {

  private static @Nullable Vertx supplied;
  private static @Nullable Vertx own;
  private static int ownLeases;

  private OtlpVertx() {}

  /**
   * Has senders created from now on run on this instance. It stays the caller's to close, after the
   * senders were shut down.
   */
  public static synchronized void set(Vertx vertx) {
    supplied = vertx;
  }

  /** Undoes {@link #set}: senders created from now on share an instance of their own. */
  public static synchronized void clear() {
    supplied = null;
  }

  /**
   * The supplied instance, or one that is created with its first and closed with its last lease.
   * Its threads are daemons, so a sender nobody shut down does not keep the process.
   */
  static synchronized Lease lease() {
    if (supplied != null) {
      return new Lease(supplied, false);
    }
    if (own == null) {
      own =
          Vertx.vertx(
              new VertxOptions()
                  .setEventLoopPoolSize(1)
                  .setWorkerPoolSize(1)
                  .setInternalBlockingPoolSize(2)
                  .setUseDaemonThread(true));
    }
    ownLeases++;
    return new Lease(own, true);
  }

  private static synchronized Future<Void> releaseOwn() {
    Vertx last = own;
    if (--ownLeases > 0 || last == null) {
      return Future.succeededFuture();
    }
    own = null;
    return last.close();
  }

  /** The right to use the instance. To be released once. */
  static final class Lease {

    private final Vertx vertx;
    private final boolean owned;

    private Lease(Vertx vertx, boolean owned) {
      this.vertx = vertx;
      this.owned = owned;
    }

    Vertx vertx() {
      return vertx;
    }

    Future<Void> release() {
      return owned ? releaseOwn() : Future.succeededFuture();
    }
  }
}

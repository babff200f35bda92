/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.ProxyOptions;
import io.requestkey.agent.otlp.Reply.Failure;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http1ClientConfig;
import io.vertx.core.http.Http2ClientConfig;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientBuilder;
import io.vertx.core.http.HttpClientConfig;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.ObservabilityConfig;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ProxyType;
import io.vertx.core.tracing.TracingPolicy;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP client of one sender: one endpoint, one version of HTTP, one event loop. Thread-safe;
 * nothing here blocks.
 */
final class OtlpClient {

  /**
   * What is read of an answer: 64 KiB, as the Collector's own exporter does. Answers are a few
   * bytes; the 4 MiB the SDK allows would only serve whoever wants our memory.
   */
  private static final long MAX_BODY_SIZE = 64 * 1024;

  /** A bound for timers, about 24 days: the SDK's "no timeout" is 292 years. */
  private static final long LONGEST_TIMEOUT_MILLIS = Integer.MAX_VALUE;

  private final OtlpVertx.Lease lease;
  private final Context eventLoop;
  private final HttpClientAgent client;
  private final Settings settings;
  private final Set<Exchange> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * What a sender's configuration says about the connection.
   *
   * @param timeout for one whole exchange
   * @param sslContext null for the JVM's default one
   * @param maxResponseBodySize bytes
   */
  record Settings(
      URI uri,
      HttpVersion version,
      Duration timeout,
      Duration connectTimeout,
      @Nullable SSLContext sslContext,
      @Nullable ProxyOptions proxy,
      long maxResponseBodySize) {

    Endpoint endpoint() {
      return Endpoint.of(uri);
    }

    long timeoutMillis() {
      return millis(timeout);
    }

    long maxBodySize() {
      return Math.min(maxResponseBodySize, MAX_BODY_SIZE);
    }
  }

  private OtlpClient(
      OtlpVertx.Lease lease, Context eventLoop, HttpClientAgent client, Settings settings) {
    this.lease = lease;
    this.eventLoop = eventLoop;
    this.client = client;
    this.settings = settings;
  }

  static OtlpClient create(Settings settings) {
    boolean tls = settings.endpoint().tls();
    HttpClientConfig config =
        new HttpClientConfig()
            .setVersions(settings.version())
            .setSsl(tls)
            .setConnectTimeout(Duration.ofMillis(millis(settings.connectTimeout())))
            // The telemetry of sending telemetry would never end.
            .setObservabilityConfig(
                new ObservabilityConfig().setTracingPolicy(TracingPolicy.IGNORE));
    if (settings.version() == HttpVersion.HTTP_2) {
      // Prior knowledge: gRPC servers do not know the upgrade from HTTP/1.1.
      config.setHttp2Config(new Http2ClientConfig().setClearTextUpgrade(false));
    } else {
      config.setHttp1Config(new Http1ClientConfig());
    }
    OtlpVertx.Lease lease = OtlpVertx.lease();
    try {
      HttpClientBuilder builder =
          lease
              .vertx()
              .httpClientBuilder()
              .with(config)
              // What breaks a connection ends its exchanges; without a handler it is logged as
              // well.
              .withConnectHandler(connection -> connection.exceptionHandler(cause -> {}));
      if (tls) {
        builder.with(new ClientSSLOptions().setHostnameVerificationAlgorithm("HTTPS"));
        if (settings.sslContext() != null) {
          builder.with(new SuppliedTlsEngine(settings.sslContext()));
        }
      }
      // A context of our own: on the caller's, who may block until the outcome is there, the answer
      // could never be delivered.
      Context eventLoop = ((VertxInternal) lease.vertx()).createEventLoopContext();
      return new OtlpClient(lease, eventLoop, builder.build(), settings);
    } catch (RuntimeException e) {
      lease.release();
      throw e;
    }
  }

  /**
   * Posts the payload, once.
   *
   * @param whenEnded called exactly once: on the event loop; or on the thread of the caller, or the
   *     one that calls {@link #shutdown}, when the client has been shut down
   */
  void post(MultiMap headers, Buffer payload, Consumer<Reply> whenEnded) {
    Endpoint endpoint = settings.endpoint();
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setHost(endpoint.host())
            .setPort(endpoint.port())
            .setSsl(endpoint.tls())
            .setURI(endpoint.target())
            .setHeaders(headers);
    Exchange exchange = begin(whenEnded);
    if (closed) {
      // Asked after the exchange was entered, so that a shutdown meanwhile has ended it if we do
      // not.
      exchange.end(new Failure(new ShutDownException()));
      return;
    }
    try {
      options.setProxyOptions(proxy());
      eventLoop.runOnContext(start -> start(exchange, options, payload));
    } catch (RuntimeException e) {
      // Of the proxy selector, or of an event loop that has ended with its Vert.x.
      exchange.end(new Failure(e));
    }
  }

  private Exchange begin(Consumer<Reply> whenEnded) {
    Exchange[] self = new Exchange[1];
    Exchange exchange =
        new Exchange(
            lease.vertx(),
            settings.maxBodySize(),
            reply -> {
              running.remove(self[0]);
              whenEnded.accept(reply);
            });
    self[0] = exchange;
    running.add(exchange);
    return exchange;
  }

  private void start(Exchange exchange, RequestOptions options, Buffer payload) {
    try {
      exchange.start(client, options, settings.version(), payload, settings.timeoutMillis());
    } catch (RuntimeException e) {
      exchange.end(new Failure(e));
    }
  }

  /** The proxy for the endpoint; null for none. May ask the JVM's proxy selector each time. */
  private io.vertx.core.net.@Nullable ProxyOptions proxy() {
    if (settings.proxy() == null) {
      return null;
    }
    for (Proxy proxy : settings.proxy().getProxySelector().select(settings.uri())) {
      if (proxy.type() == Proxy.Type.DIRECT) {
        return null;
      }
      if (proxy.address() instanceof InetSocketAddress address) {
        return new io.vertx.core.net.ProxyOptions()
            .setType(proxy.type() == Proxy.Type.SOCKS ? ProxyType.SOCKS5 : ProxyType.HTTP)
            .setHost(address.getHostString())
            .setPort(address.getPort());
      }
    }
    return null;
  }

  /** Ends what is running, at once, as a failure. Idempotent; the result always succeeds. */
  CompletableResultCode shutdown() {
    CompletableResultCode result = new CompletableResultCode();
    boolean first;
    synchronized (this) {
      first = !closed;
      closed = true;
    }
    if (!first) {
      return result.succeed();
    }
    for (Exchange exchange : running) {
      exchange.end(new Failure(new ShutDownException()));
    }
    try {
      // Not composed to one future, which would be completed on the event loop that release() ends.
      client.close().onComplete(closed -> lease.release().onComplete(done -> result.succeed()));
    } catch (RuntimeException e) {
      // Vert.x has been closed before its senders, and our connections with it.
      result.succeed();
    }
    return result;
  }

  private static long millis(Duration duration) {
    if (duration.compareTo(Duration.ofMillis(LONGEST_TIMEOUT_MILLIS)) >= 0) {
      return LONGEST_TIMEOUT_MILLIS;
    }
    return Math.max(1, duration.toMillis());
  }

  /** The sender was shut down before the exchange had ended. */
  static final class ShutDownException extends java.io.IOException {

    private static final long serialVersionUID = 1L;

    ShutDownException() {
      super("the exporter has been shut down");
    }
  }
}

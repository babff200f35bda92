/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An OTLP receiver on loopback that misbehaves as told. Speaks http/protobuf and gRPC (h2c, or h2
 * where TLS is set up) on the same port, decodes and keeps what it was sent. Accepts everything
 * until told otherwise. Thread-safe.
 */
public final class FaultyReceiver implements AutoCloseable {

  private final HttpServer server;
  private final String scheme;
  private final Queue<Fault> next = new ConcurrentLinkedQueue<>();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final List<Received> accepted = new CopyOnWriteArrayList<>();
  private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
  private volatile Fault otherwise = Fault.none();
  private volatile long readDelayMillis;

  private FaultyReceiver(HttpServer server, String scheme) {
    this.server = server;
    this.scheme = scheme;
  }

  public static FaultyReceiver start(Vertx vertx) {
    return start(vertx, new HttpServerOptions());
  }

  public static FaultyReceiver start(Vertx vertx, HttpServerOptions options) {
    return start(vertx, options, 0);
  }

  /** On a given port, to come back where another receiver has been. */
  public static FaultyReceiver start(Vertx vertx, HttpServerOptions options, int port) {
    HttpServer server = vertx.createHttpServer(options);
    FaultyReceiver receiver = new FaultyReceiver(server, options.isSsl() ? "https" : "http");
    server.connectionHandler(receiver.connections::add);
    server.requestHandler(receiver::receive);
    server.listen(port, "127.0.0.1").await();
    return receiver;
  }

  public int port() {
    return server.actualPort();
  }

  /** The endpoint, without a path. */
  public String url() {
    return scheme + "://127.0.0.1:" + port();
  }

  /** Answers the next requests like this, one each. */
  public FaultyReceiver next(Fault... faults) {
    next.addAll(Arrays.asList(faults));
    return this;
  }

  /** Answers all others like this. */
  public FaultyReceiver otherwise(Fault fault) {
    otherwise = fault;
    return this;
  }

  /** Every request, in the order in which they were complete, whatever the answer was. */
  public List<Received> received() {
    return List.copyOf(received);
  }

  /** Those that were taken, whether or not the answer arrived, in the same order. */
  public List<Received> accepted() {
    return List.copyOf(accepted);
  }

  /** Leaves every request unread for a while, so that it has to wait to be sent. */
  public FaultyReceiver readAfter(Duration delay) {
    readDelayMillis = delay.toMillis();
    return this;
  }

  /** How many connections were ever opened. */
  public int connections() {
    return connections.size();
  }

  private void receive(HttpServerRequest request) {
    if (readDelayMillis > 0) {
      request.pause();
      Vertx.currentContext().owner().setTimer(readDelayMillis, id -> request.resume());
    }
    request
        .body()
        .onSuccess(body -> {
          Received whole =
              new Received(
                  request.path(), request.version(), request.headers(), message(request, body));
          received.add(whole);
          Fault nextFault = next.poll();
          Fault fault = nextFault == null ? otherwise : nextFault;
          if (fault instanceof Fault.Accepting) {
            accepted.add(whole);
          }
          fault.answer(request);
        });
  }

  private static Buffer message(HttpServerRequest request, Buffer body) {
    try {
      if (Fault.isGrpc(request)) {
        byte[] message = body.getBytes(5, 5 + body.getInt(1));
        return Buffer.buffer(body.getByte(0) == 0 ? message : Gunzip.bounded(message, 1 << 26));
      }
      boolean gzip = "gzip".equals(request.getHeader("content-encoding"));
      return gzip ? Buffer.buffer(Gunzip.bounded(body.getBytes(), 1 << 26)) : body;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server.close().await();
  }

  /**
   * One request.
   *
   * @param message decompressed, without its gRPC frame
   */
  public record Received(String path, HttpVersion version, MultiMap headers, Buffer message) {

    public ExportLogsServiceRequest logs() {
      try {
        return ExportLogsServiceRequest.parseFrom(message.getBytes());
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException(e);
      }
    }

    public ExportTraceServiceRequest traces() {
      try {
        return ExportTraceServiceRequest.parseFrom(message.getBytes());
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException(e);
      }
    }

    public ExportMetricsServiceRequest metrics() {
      try {
        return ExportMetricsServiceRequest.parseFrom(message.getBytes());
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Log records in the request. */
    public long logRecordCount() {
      return logs().getResourceLogsList().stream()
          .flatMap(resource -> resource.getScopeLogsList().stream())
          .mapToLong(scope -> scope.getLogRecordsCount())
          .sum();
    }

    /** Spans in the request. */
    public long spanCount() {
      return traces().getResourceSpansList().stream()
          .flatMap(resource -> resource.getScopeSpansList().stream())
          .mapToLong(scope -> scope.getSpansCount())
          .sum();
    }
  }
}

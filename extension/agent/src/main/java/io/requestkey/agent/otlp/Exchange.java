/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.requestkey.agent.otlp.Reply.Answer;
import io.requestkey.agent.otlp.Reply.Failure;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One request and its reply, ended exactly once on every path. Confined to one event loop, but for
 * {@link #end}.
 */
final class Exchange {

  private static final Logger LOGGER = Logger.getLogger(Exchange.class.getName());

  private final Vertx vertx;
  private final long maxBodySize;
  private final AtomicReference<@Nullable Consumer<Reply>> whenEnded;
  private final Buffer body = Buffer.buffer();

  private volatile long timer = -1;
  private @Nullable HttpClientRequest request;
  private @Nullable HttpClientResponse response;

  /**
   * @param maxBodySize bytes of an answer to read, at most
   * @param whenEnded called once, on the event loop or the thread that called {@link #end}
   */
  Exchange(Vertx vertx, long maxBodySize, Consumer<Reply> whenEnded) {
    this.vertx = vertx;
    this.maxBodySize = maxBodySize;
    this.whenEnded = new AtomicReference<>(whenEnded);
  }

  /**
   * Sends. To be called on the event loop.
   *
   * @param version what the connection must speak
   * @param timeoutMillis for everything, from resolving the name to the last byte of the answer
   */
  void start(
      HttpClient client,
      RequestOptions options,
      HttpVersion version,
      Buffer payload,
      long timeoutMillis) {
    if (hasEnded()) {
      return;
    }
    timer = vertx.setTimer(timeoutMillis, id -> expire());
    client
        .request(options)
        .onSuccess(acquired -> send(acquired, version, payload))
        .onFailure(cause -> end(new Failure(cause)));
  }

  private void send(HttpClientRequest acquired, HttpVersion version, Buffer payload) {
    request = acquired;
    if (hasEnded()) {
      acquired.reset();
      return;
    }
    if (acquired.version() != version) {
      end(new Failure(new WrongProtocolException(acquired.version())));
      acquired.reset();
      return;
    }
    acquired.send(payload).onSuccess(this::receive).onFailure(cause -> end(new Failure(cause)));
  }

  private void receive(HttpClientResponse received) {
    response = received;
    received.exceptionHandler(cause -> end(brokenOff(cause)));
    received.endHandler(end -> end(answer(received, true)));
    received.handler(chunk -> {
      long room = maxBodySize - body.length();
      if (chunk.length() <= room) {
        body.appendBuffer(chunk);
      } else {
        body.appendBuffer(chunk, 0, (int) room);
        end(answer(received, false));
        received.request().reset();
      }
    });
  }

  private void expire() {
    end(brokenOff(new TimeoutException("no complete answer in time")));
    HttpClientRequest started = request;
    if (started != null) {
      started.reset();
      if (started.version() == HttpVersion.HTTP_2) {
        // A reset of the stream would leave a connection in the pool whose peer may be gone, and
        // TCP takes many minutes to say so. Streams of other exchanges are left to end.
        started.connection().shutdown(1, TimeUnit.SECONDS);
      }
    }
  }

  /** A refusal stands once its status is known; a success only when it was read to the end. */
  private Reply brokenOff(Throwable cause) {
    HttpClientResponse head = response;
    if (head == null || (head.statusCode() >= 200 && head.statusCode() < 300)) {
      return new Failure(cause);
    }
    return answer(head, false);
  }

  private Answer answer(HttpClientResponse head, boolean complete) {
    return new Answer(
        head.statusCode(),
        head.statusMessage() == null ? "" : head.statusMessage(),
        head.headers(),
        head.trailers(),
        body,
        complete);
  }

  private boolean hasEnded() {
    return whenEnded.get() == null;
  }

  /** Ends the exchange with this reply, unless it has ended. On any thread. */
  void end(Reply reply) {
    Consumer<Reply> callback = whenEnded.getAndSet(null);
    if (callback == null) {
      return;
    }
    vertx.cancelTimer(timer);
    try {
      callback.accept(reply);
    } catch (RuntimeException e) {
      LOGGER.log(Level.WARNING, "Callback of an OTLP export failed: {0}", e.toString());
    }
  }

  /** The connection speaks another version of HTTP than asked for. */
  static final class WrongProtocolException extends java.io.IOException {

    private static final long serialVersionUID = 1L;

    WrongProtocolException(HttpVersion spoken) {
      super("the server speaks " + spoken);
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.Compressor;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.requestkey.agent.otlp.ExportOutcome.Permanent;
import io.requestkey.agent.otlp.ExportOutcome.Retryable;
import io.requestkey.agent.otlp.Reply.Answer;
import io.requestkey.agent.otlp.Reply.Failure;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends OTLP over HTTP/1.1, one attempt per {@link #send}: the configured retry policy and executor
 * are not used. Exactly one of the two callbacks is called, once, also after a shutdown.
 * Thread-safe.
 */
final class VertxHttpSender implements HttpSender {

  private final OtlpClient client;
  private final Endpoint endpoint;
  private final TransportFailure transport;
  private final String contentType;
  private final @Nullable Compressor compressor;
  private final Supplier<Map<String, List<String>>> headers;
  private final long maxBodySize;

  private VertxHttpSender(
      OtlpClient client, OtlpClient.Settings settings, HttpSenderConfig config) {
    this.client = client;
    this.endpoint = settings.endpoint();
    this.transport = new TransportFailure(endpoint, settings.version());
    this.contentType = config.getContentType();
    this.compressor = config.getCompressor();
    this.headers = config.getHeadersSupplier();
    this.maxBodySize = settings.maxBodySize();
  }

  static VertxHttpSender create(HttpSenderConfig config) {
    OtlpClient.Settings settings =
        new OtlpClient.Settings(
            config.getEndpoint(),
            HttpVersion.HTTP_1_1,
            config.getTimeout(),
            config.getConnectTimeout(),
            config.getSslContext(),
            config.getProxyOptions(),
            config.getMaxResponseBodySize());
    return new VertxHttpSender(OtlpClient.create(settings), settings, config);
  }

  @Override
  public void send(
      MessageWriter given, Consumer<HttpResponse> onResponse, Consumer<Throwable> onError) {
    Attempt<HttpResponse> attempt = new Attempt<>(onResponse, onError);
    MessageWriter message = EncodedExport.inPlaceOf(given);
    MultiMap requestHeaders;
    Buffer payload;
    try {
      requestHeaders = requestHeaders();
    } catch (ExportFailedException e) {
      attempt.failed(new Retryable("headers", null, endpoint.shown() + ": " + e.getMessage()));
      return;
    }
    int size = message.getContentLength();
    if (size > OtlpExport.currentMaxRequestBytes()) {
      attempt.failed(
          new Permanent(
              "too_large",
              true,
              "not sent to " + endpoint.shown() + ": the request has " + size + " bytes"));
      return;
    }
    try {
      payload = Payload.http(message, compressor);
    } catch (IOException | RuntimeException e) {
      attempt.failed(
          new Permanent("encode", false, OneLine.of("the batch cannot be encoded: " + e)));
      return;
    }
    client.post(
        requestHeaders,
        payload,
        reply -> {
          switch (reply) {
            case Answer answer -> conclude(answer, attempt);
            case Failure failure -> attempt.failed(transport.classify(failure.cause()));
          }
        });
  }

  private MultiMap requestHeaders() throws ExportFailedException {
    MultiMap requestHeaders = RequestHeaders.configured(headers);
    requestHeaders.set(HttpHeaders.CONTENT_TYPE, contentType);
    if (compressor != null) {
      requestHeaders.set(HttpHeaders.CONTENT_ENCODING, compressor.getEncoding());
    }
    return requestHeaders;
  }

  private void conclude(Answer answer, Attempt<HttpResponse> attempt) {
    attempt.judge(
        () -> HttpVerdict.of(endpoint, answer, maxBodySize, Instant.now()),
        verdict -> {
          if (answer.success() && verdict.outcome() instanceof Permanent notOtlp) {
            // The exporter would take the status for success.
            attempt.failed(notOtlp);
            return;
          }
          attempt.answered(
              verdict.outcome(),
              new Response(answer.status(), answer.statusMessage(), verdict.body().getBytes()));
        });
  }

  @Override
  public CompletableResultCode shutdown() {
    return client.shutdown();
  }

  private static final class Response implements HttpResponse {

    private final int status;
    private final String message;
    private final byte[] body;

    Response(int status, String message, byte[] body) {
      this.status = status;
      this.message = message;
      this.body = body;
    }

    @Override
    public int getStatusCode() {
      return status;
    }

    @Override
    public String getStatusMessage() {
      return message;
    }

    @Override
    public byte[] getResponseBody() {
      return body;
    }
  }
}

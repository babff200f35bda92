/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.Compressor;
import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcSenderConfig;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
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
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends OTLP as unary gRPC calls over HTTP/2: in clear text with prior knowledge, with TLS as
 * negotiated by ALPN. One attempt per {@link #send}: the configured retry policy and executor are
 * not used. Exactly one of the two callbacks is called, once, also after a shutdown. Thread-safe.
 */
final class VertxGrpcSender implements GrpcSender {

  /** A {@code TimeoutValue} has eight digits at most. */
  private static final long MOST_TIMEOUT_MILLIS = 99_999_999;

  private final OtlpClient client;
  private final Endpoint endpoint;
  private final TransportFailure transport;
  private final @Nullable Compressor compressor;
  private final Supplier<Map<String, List<String>>> headers;
  private final String timeout;
  private final long maxBodySize;

  private VertxGrpcSender(
      OtlpClient client, OtlpClient.Settings settings, GrpcSenderConfig config) {
    this.client = client;
    this.endpoint = settings.endpoint();
    this.transport = new TransportFailure(endpoint, settings.version());
    this.compressor = config.getCompressor();
    this.headers = config.getHeadersSupplier();
    this.timeout = Math.min(settings.timeoutMillis(), MOST_TIMEOUT_MILLIS) + "m";
    this.maxBodySize = settings.maxBodySize();
  }

  static VertxGrpcSender create(GrpcSenderConfig config) {
    OtlpClient.Settings settings =
        new OtlpClient.Settings(
            config.getEndpoint().resolve("/" + config.getFullMethodName()),
            HttpVersion.HTTP_2,
            config.getTimeout(),
            config.getConnectTimeout(),
            config.getSslContext(),
            null,
            config.getMaxResponseBodySize());
    return new VertxGrpcSender(OtlpClient.create(settings), settings, config);
  }

  @Override
  public void send(
      MessageWriter given, Consumer<GrpcResponse> onResponse, Consumer<Throwable> onError) {
    Attempt<GrpcResponse> attempt = new Attempt<>(onResponse, onError);
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
      payload = Payload.grpc(message, compressor);
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
    requestHeaders.set(HttpHeaders.CONTENT_TYPE, "application/grpc");
    requestHeaders.set("te", "trailers");
    requestHeaders.set("grpc-timeout", timeout);
    // Servers answer in the encoding they were asked in, whatever is accepted.
    requestHeaders.set("grpc-accept-encoding", "identity,gzip");
    if (compressor != null) {
      requestHeaders.set("grpc-encoding", compressor.getEncoding());
    }
    return requestHeaders;
  }

  private void conclude(Answer answer, Attempt<GrpcResponse> attempt) {
    attempt.judge(
        () -> GrpcVerdict.of(endpoint, answer, maxBodySize),
        verdict -> {
          GrpcStatusCode status = verdict.status();
          if (status == null) {
            attempt.failed(verdict.outcome());
            return;
          }
          attempt.answered(
              verdict.outcome(),
              new Response(status, verdict.description(), verdict.message().getBytes()));
        });
  }

  @Override
  public CompletableResultCode shutdown() {
    return client.shutdown();
  }

  private static final class Response implements GrpcResponse {

    private final GrpcStatusCode status;
    private final String description;
    private final byte[] message;

    Response(GrpcStatusCode status, String description, byte[] message) {
      this.status = status;
      this.description = description;
      this.message = message;
    }

    @Override
    public GrpcStatusCode getStatusCode() {
      return status;
    }

    @Override
    public String getStatusDescription() {
      return description;
    }

    @Override
    public byte[] getResponseMessage() {
      return message;
    }
  }
}

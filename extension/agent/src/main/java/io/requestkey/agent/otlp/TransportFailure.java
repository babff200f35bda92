/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.Http2Exception;
import io.requestkey.agent.otlp.ExportOutcome.Retryable;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Names what kept an exchange from its answer. All of it may pass, so all of it is retryable (OTLP
 * specification, "OTLP/HTTP Connection": the client SHOULD retry when it is disconnected).
 */
final class TransportFailure {

  private static final String CLIENT_CERTIFICATE =
      " OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY)";

  private final Endpoint endpoint;
  private final HttpVersion version;

  TransportFailure(Endpoint endpoint, HttpVersion version) {
    this.endpoint = endpoint;
    this.version = version;
  }

  Retryable classify(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String reason = reason(cause);
      if (!reason.isEmpty()) {
        return new Retryable(reason, null, detail(reason, cause));
      }
    }
    return new Retryable("transport", null, detail("transport", failure));
  }

  /** The reason this throwable alone stands for; empty if its cause may say more. */
  private static String reason(Throwable cause) {
    return switch (cause) {
      case OtlpClient.ShutDownException _ -> "shutdown";
      case RejectedExecutionException _ -> "shutdown";
      case Exchange.WrongProtocolException _ -> "protocol";
      case Http2Exception _ -> "protocol";
      case UnknownHostException _ -> "dns";
      case ConnectException _ -> "connect";
      case NoRouteToHostException _ -> "connect";
      case TimeoutException _ -> "timeout";
      case StreamResetException _ -> "reset";
      case HttpClosedException _ -> "reset";
      case SSLException e when !(e.getCause() instanceof SSLException) -> "tls";
      case DecoderException e when e.getCause() == null -> "protocol";
      case IOException e when e.getCause() == null -> "reset";
      // What Vert.x says where no HTTP/2 was negotiated.
      case IllegalStateException e
          when e.getMessage() != null && e.getMessage().endsWith("not supported") ->
          "protocol";
      // What the HTTP/1.1 decoder throws at a status line that is none.
      case IllegalArgumentException _ -> "protocol";
      case VertxException e when e.getCause() == null -> "reset";
      default -> "";
    };
  }

  private String detail(String reason, Throwable cause) {
    String message =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    return OneLine.of(
        switch (reason) {
          case "shutdown" -> endpoint.shown() + ": " + message;
          case "protocol" -> endpoint.shown() + " " + protocolHint();
          case "dns" -> endpoint.shown() + ": the name does not resolve: " + message;
          case "connect" -> endpoint.shown() + ": cannot connect: " + message;
          case "tls" -> endpoint.shown() + ": TLS failed: " + message + tlsHint(message);
          case "timeout" -> endpoint.shown() + ": " + message;
          case "reset" -> endpoint.shown() + ": connection lost: " + message + resetHint();
          default -> endpoint.shown() + ": " + message;
        });
  }

  private boolean grpc() {
    return version == HttpVersion.HTTP_2;
  }

  private String protocolHint() {
    if (grpc()) {
      return "does not answer HTTP/2: an OTLP/HTTP port, or no OTLP receiver? Set"
          + " OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf or use the gRPC port (usually 4317)";
    }
    return "does not answer HTTP/1.1: a gRPC port"
        + (endpoint.tls() ? "?" : ", or one that wants https?")
        + " Set OTEL_EXPORTER_OTLP_PROTOCOL=grpc or use the HTTP port (usually 4318)";
  }

  /** What makes receivers hang up, from the first attempt on, without saying why. */
  private String resetHint() {
    if (endpoint.tls()) {
      // With TLS 1.3 the handshake is over for us before the receiver has missed our certificate.
      return " (does the receiver want a client certificate?" + CLIENT_CERTIFICATE;
    }
    if (grpc() && endpoint.port() == 4318) {
      return " (4318 is usually an OTLP/HTTP port: set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf or"
          + " use 4317)";
    }
    if (!grpc() && endpoint.port() == 4317) {
      return " (4317 is usually a gRPC port: set OTEL_EXPORTER_OTLP_PROTOCOL=grpc or use 4318)";
    }
    return "";
  }

  private static String tlsHint(String message) {
    if (message.contains("certification path") || message.contains("trustAnchors")) {
      return " (is the receiver's CA in OTEL_EXPORTER_OTLP_CERTIFICATE?)";
    }
    if (message.contains("no_application_protocol")) {
      return " (no HTTP/2 there: OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf?)";
    }
    if (message.contains("not an SSL/TLS record")) {
      return " (the port does not speak TLS: use http://?)";
    }
    if (message.contains("certificate_required") || message.contains("bad_certificate")) {
      return " (the receiver wants a client certificate:" + CLIENT_CERTIFICATE;
    }
    return "";
  }
}

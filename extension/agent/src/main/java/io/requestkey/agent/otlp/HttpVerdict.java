/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.requestkey.agent.otlp.ExportOutcome.Accepted;
import io.requestkey.agent.otlp.ExportOutcome.Permanent;
import io.requestkey.agent.otlp.ExportOutcome.Retryable;
import io.requestkey.agent.otlp.ProtoFields.MalformedMessageException;
import io.requestkey.agent.otlp.Reply.Answer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What an answer to an http/protobuf request means (OTLP specification, "OTLP/HTTP Response").
 *
 * @param body of the answer, decompressed; empty if that was not possible
 */
record HttpVerdict(ExportOutcome outcome, Buffer body) {

  static HttpVerdict of(Endpoint endpoint, Answer answer, long maxBodySize, Instant now) {
    byte[] body;
    try {
      body = body(answer, maxBodySize);
    } catch (IOException e) {
      body = new byte[0];
      if (answer.success()) {
        return new HttpVerdict(
            notOtlp(endpoint, answer, "the body " + e.getMessage()), Buffer.buffer());
      }
    }
    return new HttpVerdict(outcome(endpoint, answer, body, now), Buffer.buffer(body));
  }

  private static byte[] body(Answer answer, long maxBodySize) throws IOException {
    byte[] body = answer.body().getBytes();
    if (answer.success() && !answer.complete()) {
      throw new IOException("is larger than " + maxBodySize + " bytes");
    }
    String encoding = header(answer, HttpHeaders.CONTENT_ENCODING);
    return switch (encoding) {
      case "", "identity" -> body;
      case "gzip", "x-gzip" -> body.length == 0 ? body : Gunzip.bounded(body, maxBodySize);
      default -> throw new IOException("has the content encoding " + encoding);
    };
  }

  private static ExportOutcome outcome(Endpoint endpoint, Answer answer, byte[] body, Instant now) {
    if (answer.success()) {
      return success(endpoint, answer, body);
    }
    String reason = "http_" + answer.status();
    String detail = refusal(endpoint, answer, body);
    return switch (answer.status()) {
      case 429, 502, 503, 504 -> new Retryable(reason, retryAfter(answer, now), detail);
      case 413 -> new Permanent(reason, true, detail);
      default -> new Permanent(reason, false, detail);
    };
  }

  private static @Nullable Duration retryAfter(Answer answer, Instant now) {
    return RetryAfter.parse(answer.headers().get(HttpHeaders.RETRY_AFTER), now);
  }

  private static ExportOutcome success(Endpoint endpoint, Answer answer, byte[] body) {
    if (body.length == 0) {
      return accepted(endpoint, PartialSuccess.NONE);
    }
    try {
      return switch (mediaType(answer, body)) {
        case "application/x-protobuf", "application/protobuf" ->
            accepted(endpoint, PartialSuccess.fromProtobuf(body));
        case "application/json" -> accepted(endpoint, PartialSuccess.fromJson(body));
        default ->
            notOtlp(
                endpoint,
                answer,
                "the content type is " + header(answer, HttpHeaders.CONTENT_TYPE));
      };
    } catch (MalformedMessageException | IOException e) {
      return notOtlp(endpoint, answer, "the body is no OTLP response");
    }
  }

  /** Without a content type, the body has to speak for itself. */
  private static String mediaType(Answer answer, byte[] body) {
    String type = header(answer, HttpHeaders.CONTENT_TYPE);
    if (type.isEmpty()) {
      return body[0] == '{' ? "application/json" : "application/x-protobuf";
    }
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters)).strip();
  }

  private static Accepted accepted(Endpoint endpoint, PartialSuccess partial) {
    return new Accepted(partial.rejected(), partial.message(), partial.describe(endpoint));
  }

  private static Permanent notOtlp(Endpoint endpoint, Answer answer, String why) {
    return new Permanent(
        "not_otlp",
        false,
        OneLine.of(
            endpoint.shown()
                + " answered "
                + answer.status()
                + ", but not as an OTLP receiver: "
                + why
                + ". Is it the right port and path?"));
  }

  private static String refusal(Endpoint endpoint, Answer answer, byte[] body) {
    StringBuilder detail =
        new StringBuilder(endpoint.shown())
            .append(" answered ")
            .append(answer.status())
            .append(' ')
            .append(answer.statusMessage());
    String text = text(answer, body);
    if (!text.isEmpty()) {
      detail.append(": ").append(text);
    }
    String location = header(answer, HttpHeaders.LOCATION);
    if (!location.isEmpty()) {
      detail.append(" (redirects are not followed)");
    } else if (answer.status() == 404 || answer.status() == 405) {
      detail.append(" (does the receiver take this signal, at this path?)");
    }
    return OneLine.of(detail.toString());
  }

  /** What the receiver says about its refusal: a google.rpc.Status, or whatever text there is. */
  private static String text(Answer answer, byte[] body) {
    if (mediaTypeIsProtobuf(answer)) {
      try {
        return RpcStatus.parse(body).message();
      } catch (MalformedMessageException e) {
        return "";
      }
    }
    return OneLine.of(new String(body, 0, Math.min(body.length, 300), StandardCharsets.UTF_8));
  }

  private static boolean mediaTypeIsProtobuf(Answer answer) {
    return header(answer, HttpHeaders.CONTENT_TYPE).contains("protobuf");
  }

  private static String header(Answer answer, CharSequence name) {
    String value = answer.headers().get(name);
    return value == null ? "" : value.strip().toLowerCase(Locale.ROOT);
  }
}

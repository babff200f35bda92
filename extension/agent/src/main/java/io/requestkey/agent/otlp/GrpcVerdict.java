/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import io.requestkey.agent.otlp.ExportOutcome.Accepted;
import io.requestkey.agent.otlp.ExportOutcome.Permanent;
import io.requestkey.agent.otlp.ExportOutcome.Retryable;
import io.requestkey.agent.otlp.ProtoFields.MalformedMessageException;
import io.requestkey.agent.otlp.Reply.Answer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an answer to a gRPC call means (OTLP specification, "OTLP/gRPC Response"; gRPC over HTTP/2,
 * "Responses").
 *
 * @param status null if the answer carries none
 * @param description the server's {@code grpc-message}, empty if none
 * @param message the response message, decompressed and without its frame
 */
record GrpcVerdict(
    ExportOutcome outcome, @Nullable GrpcStatusCode status, String description, Buffer message) {

  private static final int HEADER = 5;

  private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,3}");

  /**
   * How gRPC servers say that a message is too large: grpc-go and grpc-core "larger than max",
   * grpc-java "exceeds maximum size", tonic "message length too large". There is no code for it.
   */
  private static final Pattern TOO_LARGE =
      Pattern.compile(
          "message.*(larger than max|exceeds maximum size|too large)", Pattern.CASE_INSENSITIVE);

  static GrpcVerdict of(Endpoint endpoint, Answer answer, long maxBodySize) {
    if (answer.status() != 200) {
      return notGrpc(httpRefusal(endpoint, answer));
    }
    String type = answer.headers().get(HttpHeaders.CONTENT_TYPE);
    if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("application/grpc")) {
      return notGrpc(notOtlp(endpoint, "the content type is " + type));
    }
    String code = trailer(answer, "grpc-status");
    if (code == null) {
      return notGrpc(
          answer.complete()
              ? new Retryable(
                  "no_grpc_status",
                  null,
                  endpoint.shown()
                      + " ended its answer without grpc-status: cut off, or a proxy in between that"
                      + " drops trailers")
              : notOtlp(endpoint, "the answer is larger than " + maxBodySize + " bytes"));
    }
    GrpcStatusCode status =
        DECIMAL.matcher(code).matches()
            ? GrpcStatusCode.fromValue(Integer.parseInt(code))
            : GrpcStatusCode.UNKNOWN;
    String escaped = trailer(answer, "grpc-message");
    String description = escaped == null ? "" : OneLine.of(unescape(escaped));
    if (status == GrpcStatusCode.OK) {
      return accepted(endpoint, answer, description, maxBodySize);
    }
    ExportOutcome outcome = refusal(endpoint, status, description, details(answer));
    return new GrpcVerdict(outcome, status, description, Buffer.buffer());
  }

  private static GrpcVerdict notGrpc(ExportOutcome outcome) {
    return new GrpcVerdict(outcome, null, "", Buffer.buffer());
  }

  /**
   * Something before the gRPC server answered. The codes gRPC maps to UNAVAILABLE are those that
   * OTLP over HTTP retries (grpc, "HTTP to gRPC Status Code Mapping").
   */
  private static ExportOutcome httpRefusal(Endpoint endpoint, Answer answer) {
    String reason = "http_" + answer.status();
    String detail =
        endpoint.shown() + " answered with HTTP status " + answer.status() + " instead of gRPC";
    return switch (answer.status()) {
      case 429, 502, 503, 504 -> new Retryable(reason, null, detail);
      case 413 -> new Permanent(reason, true, detail);
      default -> new Permanent(reason, false, detail + ": is it a gRPC port?");
    };
  }

  private static Permanent notOtlp(Endpoint endpoint, String why) {
    return new Permanent(
        "not_otlp",
        false,
        OneLine.of(
            endpoint.shown()
                + " answered, but not as an OTLP receiver: "
                + why
                + ". Is it the right port?"));
  }

  private static GrpcVerdict accepted(
      Endpoint endpoint, Answer answer, String description, long maxBodySize) {
    try {
      byte[] message = message(answer, maxBodySize);
      PartialSuccess partial = PartialSuccess.fromProtobuf(message);
      return new GrpcVerdict(
          new Accepted(partial.rejected(), partial.message(), partial.describe(endpoint)),
          GrpcStatusCode.OK,
          description,
          Buffer.buffer(message));
    } catch (MalformedMessageException e) {
      return notGrpc(notOtlp(endpoint, "the message is no OTLP response"));
    } catch (IOException e) {
      return notGrpc(notOtlp(endpoint, "the message " + e.getMessage()));
    }
  }

  /** The one message of a unary answer; empty if a status is all there is. */
  private static byte[] message(Answer answer, long maxBodySize) throws IOException {
    int length = answer.body().length();
    if (length == 0) {
      return new byte[0];
    }
    if (length < HEADER || answer.body().getUnsignedInt(1) != length - HEADER) {
      throw new IOException("is not framed as gRPC");
    }
    byte[] message = answer.body().getBytes(HEADER, length);
    if (answer.body().getByte(0) == 0) {
      return message;
    }
    String encoding = answer.headers().get("grpc-encoding");
    if (!"gzip".equals(encoding)) {
      throw new IOException("has the encoding " + encoding);
    }
    return Gunzip.bounded(message, maxBodySize);
  }

  private static ExportOutcome refusal(
      Endpoint endpoint, GrpcStatusCode status, String description, RpcStatus details) {
    String reason = "grpc_" + status.name().toLowerCase(Locale.ROOT);
    String text = description.isEmpty() ? details.message() : description;
    String detail =
        OneLine.of(
            endpoint.shown()
                + " answered "
                + status.name()
                + (text.isEmpty() ? "" : ": " + text)
                + (status == GrpcStatusCode.UNIMPLEMENTED
                    ? " (does the receiver take this signal?)"
                    : ""));
    boolean tooLarge = !details.retryInfo() && TOO_LARGE.matcher(text).find();
    if (status == GrpcStatusCode.OUT_OF_RANGE && tooLarge) {
      // So says tonic of a message that is too large; sent again, it would be as large.
      return new Permanent(reason, true, detail);
    }
    return switch (status) {
      case CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS ->
          new Retryable(reason, details.retryDelay(), detail);
      case RESOURCE_EXHAUSTED ->
          details.retryInfo()
              ? new Retryable(reason, details.retryDelay(), detail)
              : new Permanent(reason, tooLarge, detail);
      default -> new Permanent(reason, false, detail);
    };
  }

  private static RpcStatus details(Answer answer) {
    String encoded = trailer(answer, "grpc-status-details-bin");
    if (encoded == null) {
      return RpcStatus.NONE;
    }
    try {
      // The decoder takes padding or none, as gRPC demands.
      return RpcStatus.parse(Base64.getDecoder().decode(encoded));
    } catch (IllegalArgumentException | MalformedMessageException e) {
      return RpcStatus.NONE;
    }
  }

  /** From the trailers, or from the headers of an answer that is "Trailers-Only". */
  private static @Nullable String trailer(Answer answer, String name) {
    String value = answer.trailers().get(name);
    return value != null ? value : answer.headers().get(name);
  }

  /** Undoes the percent-encoding of {@code grpc-message}, leaving what is none as it is. */
  private static String unescape(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream plain = new ByteArrayOutputStream(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      int high = i + 2 < bytes.length && bytes[i] == '%' ? Character.digit(bytes[i + 1], 16) : -1;
      int low = high >= 0 ? Character.digit(bytes[i + 2], 16) : -1;
      if (low >= 0) {
        plain.write(high << 4 | low);
        i += 2;
      } else {
        plain.write(bytes[i]);
      }
    }
    return plain.toString(StandardCharsets.UTF_8);
  }
}

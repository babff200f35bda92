/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * How {@link FaultyReceiver} answers a request. Those that say neither HTTP nor gRPC in their name
 * fit both.
 */
@FunctionalInterface
public interface Fault {

  void answer(HttpServerRequest request);

  static boolean isGrpc(HttpServerRequest request) {
    String type = request.getHeader("content-type");
    return type != null && type.startsWith("application/grpc");
  }

  /** Success. */
  static Fault none() {
    return success(Buffer.buffer());
  }

  /** Success but for some. The fields of all three signals have the same numbers. */
  static Fault partialSuccess(long rejected, String message) {
    return success(
        Buffer.buffer(
            ExportLogsServiceResponse.newBuilder()
                .setPartialSuccess(
                    ExportLogsPartialSuccess.newBuilder()
                        .setRejectedLogRecords(rejected)
                        .setErrorMessage(message))
                .build()
                .toByteArray()));
  }

  /** A receiver that has taken the batch, whatever it answers. */
  record Accepting(Fault then) implements Fault {
    @Override
    public void answer(HttpServerRequest request) {
      then.answer(request);
    }
  }

  /** Takes the batch, and then fails to say so. */
  static Fault acceptThen(Fault fault) {
    return new Accepting(fault);
  }

  /** Success with these bytes as the response message. */
  static Fault success(Buffer message) {
    return acceptThen(succeed(message));
  }

  private static Fault succeed(Buffer message) {
    return request -> {
      HttpServerResponse response = request.response();
      if (isGrpc(request)) {
        response.putHeader("content-type", "application/grpc");
        response.putTrailer("grpc-status", "0");
        response.end(frame(0, message));
      } else {
        response.putHeader("content-type", "application/x-protobuf").end(message);
      }
    };
  }

  /** An HTTP status and nothing else, with headers given as name, value, name, value. */
  static Fault httpStatus(int status, String... headers) {
    return http(status, Buffer.buffer(), headers);
  }

  static Fault http(int status, Buffer body, String... headers) {
    return request -> {
      HttpServerResponse response = request.response().setStatusCode(status);
      for (int i = 0; i < headers.length; i += 2) {
        response.putHeader(headers[i], headers[i + 1]);
      }
      response.end(body);
    };
  }

  /** A refusal in trailers after empty headers, as grpc-java sends it. */
  static Fault grpcStatus(int code, String message) {
    return grpcStatus(code, message, null);
  }

  /** The same with the value of a google.rpc.RetryInfo in grpc-status-details-bin. */
  static Fault grpcStatus(int code, String message, @Nullable ByteString retryInfo) {
    return request -> {
      HttpServerResponse response = request.response();
      response.putHeader("content-type", "application/grpc");
      response.putTrailer("grpc-status", Integer.toString(code));
      response.putTrailer("grpc-message", message);
      if (retryInfo != null) {
        response.putTrailer("grpc-status-details-bin", RpcStatuses.encoded(code, retryInfo));
      }
      response.writeHead().onSuccess(sent -> response.end());
    };
  }

  /** A refusal in headers alone, as grpc-go sends it. */
  static Fault grpcTrailersOnly(int code, String message) {
    return request ->
        request
            .response()
            .putHeader("content-type", "application/grpc")
            .putHeader("grpc-status", Integer.toString(code))
            .putHeader("grpc-message", message)
            .end();
  }

  /** Answers gRPC with this body and these trailers, name, value, name, value. */
  static Fault grpc(Buffer body, String... trailers) {
    return request -> {
      HttpServerResponse response = request.response();
      response.putHeader("content-type", "application/grpc");
      response.putHeader("grpc-encoding", "gzip");
      for (int i = 0; i < trailers.length; i += 2) {
        response.putTrailer(trailers[i], trailers[i + 1]);
      }
      response.end(body);
    };
  }

  /** Never answers. */
  static Fault hang() {
    return request -> {};
  }

  /** Closes the connection instead of answering. */
  static Fault closeBeforeAnswer() {
    return request -> request.connection().close();
  }

  /** Breaks off in the middle of a success. */
  static Fault resetMidAnswer() {
    return request -> {
      HttpServerResponse response = request.response();
      response.putHeader(
          "content-type", isGrpc(request) ? "application/grpc" : "application/x-protobuf");
      if (!isGrpc(request)) {
        response.putHeader("content-length", "1000");
      }
      response.write(Buffer.buffer(new byte[10])).onSuccess(sent -> request.connection().close());
    };
  }

  /** Starts a success and never ends it. */
  static Fault stallMidAnswer() {
    return request -> {
      HttpServerResponse response = request.response();
      response.putHeader(
          "content-type", isGrpc(request) ? "application/grpc" : "application/x-protobuf");
      response.setChunked(true).write(Buffer.buffer(new byte[1]));
    };
  }

  /** Does the rest after a while. */
  static Fault after(Duration delay, Fault then) {
    return request ->
        Vertx.currentContext().owner().setTimer(delay.toMillis(), id -> then.answer(request));
  }

  /** A gRPC message with its frame. */
  static Buffer frame(int compressed, Buffer message) {
    return Buffer.buffer()
        .appendByte((byte) compressed)
        .appendInt(message.length())
        .appendBuffer(message);
  }

  /** This many zeros, compressed: about a thousandth. */
  static Buffer gzipBomb(int size) {
    return gzip(Buffer.buffer(new byte[size]));
  }

  static Buffer gzip(Buffer plain) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(plain.getBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Buffer.buffer(bytes.toByteArray());
  }

  /** google.rpc.Status, whose classes are not at hand: written field by field. */
  final class RpcStatuses {

    private RpcStatuses() {}

    static String encoded(int code, ByteString retryInfo) {
      // Unpadded, as gRPC writes binary headers.
      return Base64.getEncoder().withoutPadding().encodeToString(status(code, retryInfo));
    }

    static byte[] status(int code, ByteString retryInfo) {
      byte[] any =
          concat(
              field(1, "type.googleapis.com/google.rpc.RetryInfo".getBytes(StandardCharsets.UTF_8)),
              field(2, retryInfo.toByteArray()));
      return concat(new byte[] {8, (byte) code}, field(3, any));
    }

    /** A RetryInfo with a delay of less than 128 seconds. */
    public static ByteString retryInfo(Duration delay) {
      byte[] duration = new byte[] {8, (byte) delay.toSeconds()};
      return ByteString.copyFrom(field(1, duration));
    }

    static byte[] field(int number, byte[] value) {
      return concat(new byte[] {(byte) (number << 3 | 2), (byte) value.length}, value);
    }

    private static byte[] concat(byte[] first, byte[] second) {
      byte[] both = Arrays.copyOf(first, first.length + second.length);
      System.arraycopy(second, 0, both, first.length, second.length);
      return both;
    }
  }
}

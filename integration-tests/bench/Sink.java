/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.Executors;

/**
 * A receiver of OTLP over HTTP that acknowledges everything at once and notes when each log record
 * and span arrived, beside the time it has itself: the kernel's, of the entry of the call.
 *
 * <pre>
 * java Sink.java PORT
 * POST /v1/logs /v1/traces /v1/metrics   OTLP, binary, not compressed
 * GET /logs /traces                      "COUNT FIRST P50 P99 MAX": the time of the earliest one in ns
 *                                        since 1970, and from there to arrival in ns
 * GET /reset                             forgets what has arrived
 * </pre>
 */
final class Sink {

  /** Field numbers down to the records: ResourceX in the request, ScopeX in that, X in that. */
  private static final int[] LOG_RECORDS = {1, 2, 2};

  private static final int[] SPANS = {1, 2, 2};

  /** {@code LogRecord.time_unix_nano} and {@code Span.start_time_unix_nano}. */
  private static final int LOG_TIME = 1;

  private static final int SPAN_START = 7;

  private static final class Arrivals {
    private final int[] path;
    private final int timeField;
    private long[] delays = new long[1024];
    private int count;
    private long first = Long.MAX_VALUE;

    Arrivals(int[] path, int timeField) {
      this.path = path;
      this.timeField = timeField;
    }

    synchronized void add(byte[] request, long arrived) {
      walk(ByteBuffer.wrap(request).order(ByteOrder.LITTLE_ENDIAN), 0, arrived);
    }

    private void walk(ByteBuffer message, int depth, long arrived) {
      while (message.hasRemaining()) {
        long tag = varint(message);
        int field = (int) (tag >>> 3);
        switch ((int) tag & 7) {
          case 0 -> varint(message);
          case 1 -> {
            long value = message.getLong();
            if (depth == path.length && field == timeField) {
              arrival(value, arrived);
            }
          }
          case 2 -> {
            int length = (int) varint(message);
            if (depth < path.length && field == path[depth]) {
              ByteBuffer inner = message.slice(message.position(), length);
              walk(inner.order(ByteOrder.LITTLE_ENDIAN), depth + 1, arrived);
            }
            message.position(message.position() + length);
          }
          case 5 -> message.getInt();
          default -> throw new IllegalArgumentException("not protobuf");
        }
      }
    }

    private void arrival(long time, long arrived) {
      if (count == delays.length) {
        delays = Arrays.copyOf(delays, 2 * count);
      }
      delays[count++] = arrived - time;
      first = Math.min(first, time);
    }

    synchronized String tell() {
      if (count == 0) {
        return "0 0 0 0 0";
      }
      long[] sorted = Arrays.copyOf(delays, count);
      Arrays.sort(sorted);
      return String.join(
          " ",
          Integer.toString(count),
          Long.toString(first),
          Long.toString(sorted[count / 2]),
          Long.toString(sorted[(int) (count * 0.99)]),
          Long.toString(sorted[count - 1]));
    }

    synchronized void reset() {
      count = 0;
      first = Long.MAX_VALUE;
    }
  }

  private static long varint(ByteBuffer message) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = message.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.US_ASCII);
    exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  public static void main(String[] args) throws IOException {
    // Else each answer waits for the receiver's delayed acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    Arrivals logs = new Arrivals(LOG_RECORDS, LOG_TIME);
    Arrivals spans = new Arrivals(SPANS, SPAN_START);
    HttpServer server =
        HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/v1/logs", exchange -> take(exchange, logs));
    server.createContext("/v1/traces", exchange -> take(exchange, spans));
    server.createContext("/v1/metrics", exchange -> take(exchange, null));
    server.createContext("/logs", exchange -> answer(exchange, logs.tell()));
    server.createContext("/traces", exchange -> answer(exchange, spans.tell()));
    server.createContext(
        "/reset",
        exchange -> {
          logs.reset();
          spans.reset();
          answer(exchange, "");
        });
    server.start();
  }

  private static void take(HttpExchange exchange, Arrivals arrivals) throws IOException {
    byte[] request = exchange.getRequestBody().readAllBytes();
    Instant now = Instant.now();
    if (arrivals != null) {
      arrivals.add(request, now.getEpochSecond() * 1_000_000_000L + now.getNano());
    }
    exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private Sink() {}
}

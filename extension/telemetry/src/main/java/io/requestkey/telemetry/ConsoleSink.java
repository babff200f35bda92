/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The stream that log records and spans share. A batch is one write, so lines never run into each
 * other, nor into what another process writes to the same pipe (up to PIPE_BUF bytes).
 */
final class ConsoleSink {

  private final PrintStream out;

  /** Guards the stream and {@link #lines}. */
  private final ReentrantLock lock = new ReentrantLock();

  private final StringBuilder lines = new StringBuilder();

  ConsoleSink(PrintStream out) {
    this.out = out;
  }

  /**
   * Writes the lines of a batch and flushes.
   *
   * @return failed when the stream cannot be written to, or the batch not be formatted
   */
  CompletableResultCode write(ConsoleFormat format, Consumer<StringBuilder> batch) {
    lock.lock();
    try {
      batch.accept(lines);
      if (!lines.isEmpty()) {
        byte[] bytes = lines.toString().getBytes(format.charset(out.charset()));
        out.write(bytes, 0, bytes.length);
      }
      return flushed();
    } catch (RuntimeException e) {
      return CompletableResultCode.ofExceptionalFailure(e);
    } finally {
      lines.setLength(0);
      lock.unlock();
    }
  }

  /** Flushes. A PrintStream throws nothing, and once it failed, it says so for ever. */
  CompletableResultCode flush() {
    lock.lock();
    try {
      return flushed();
    } finally {
      lock.unlock();
    }
  }

  private CompletableResultCode flushed() {
    return out.checkError()
        ? CompletableResultCode.ofExceptionalFailure(
            new IOException("the console cannot be written to"))
        : CompletableResultCode.ofSuccess();
  }
}

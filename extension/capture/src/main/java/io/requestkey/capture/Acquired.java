/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * What was acquired on the way to a whole: given up in reverse order when the way ends before
 * {@link #keep}, by whatever it is. Not thread-safe.
 */
final class Acquired implements AutoCloseable {

  private final Deque<Runnable> closers = new ArrayDeque<>();

  <T> T add(T what, Consumer<? super T> closer) {
    closers.push(() -> closer.accept(what));
    return what;
  }

  /** The whole is there and owns it all. */
  void keep() {
    closers.clear();
  }

  @Override
  public void close() {
    while (!closers.isEmpty()) {
      try {
        closers.pop().run();
      } catch (RuntimeException e) {
        // The rest is to be given up all the same; why the way ended is told.
      }
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/** Where the thread-local variable is, seen from the thread pointer. */
final class TlsOffset {

  private TlsOffset() {}

  /**
   * The offset, if it is that of all threads: the calling one, which was there before the library,
   * and one that came after. Empty where the C library gives each thread its variables somewhere in
   * the heap: musl always, glibc when too many libraries wanted room in static TLS.
   */
  static OptionalLong find(NativeContext context) {
    long here = context.threadTlsOffset();
    AtomicLong there = new AtomicLong(~here);
    Thread thread = new Thread(() -> there.set(context.threadTlsOffset()), "requestkey-tls-offset");
    thread.setDaemon(true);
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return OptionalLong.empty();
    }
    return here == there.get() ? OptionalLong.of(here) : OptionalLong.empty();
  }
}

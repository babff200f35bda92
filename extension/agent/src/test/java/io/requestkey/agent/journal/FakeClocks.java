/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.util.concurrent.atomic.AtomicLong;

/** Clocks that stand still until they are moved. */
final class FakeClocks implements Clocks {

  static final long EPOCH = 1_700_000_000_000_000_000L;
  static final long BOOT_OFFSET = 1_600_000_000_000_000_000L;

  final AtomicLong nanos = new AtomicLong();
  final AtomicLong bootOffset = new AtomicLong(BOOT_OFFSET);

  void pass(long more) {
    long _ = nanos.addAndGet(more);
  }

  @Override
  public long nanoTime() {
    return nanos.get();
  }

  @Override
  public long epochNanos() {
    return EPOCH + nanos.get();
  }

  @Override
  public long bootOffsetNanos() {
    return bootOffset.get();
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A journal on the heap, bounded by bytes. It ends with the process. */
public final class MemoryJournal implements HitJournal {

  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Deque<byte[]> waiting = new ArrayDeque<>();
  private final Deque<Integer> taken = new ArrayDeque<>();
  private long bytes;
  private int wanted = 1;
  private boolean closed;

  /**
   * An empty journal.
   *
   * @param maxBytes bytes of records it holds at most, acknowledged ones not counted
   */
  public MemoryJournal(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public boolean append(MemorySegment data, long offset, int length) {
    lock.lock();
    try {
      if (closed || bytes + length > maxBytes) {
        return false;
      }
      byte[] record = new byte[length];
      MemorySegment.copy(data, ValueLayout.JAVA_BYTE, offset, record, 0, length);
      waiting.add(record);
      bytes += length;
      if (waiting.size() >= wanted) {
        arrived.signal();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<byte[]> take(int max, Duration wait, Duration linger) throws InterruptedException {
    lock.lock();
    try {
      awaitSize(1, wait);
      if (!waiting.isEmpty()) {
        awaitSize(max, linger);
      }
      List<byte[]> batch = new ArrayList<>(Math.min(max, waiting.size()));
      while (batch.size() < max && !waiting.isEmpty()) {
        byte[] record = waiting.remove();
        taken.add(record.length);
        batch.add(record);
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void awaitSize(int size, Duration time) throws InterruptedException {
    long nanos = time.toNanos();
    wanted = size;
    while (waiting.size() < size && !closed && nanos > 0) {
      nanos = arrived.awaitNanos(nanos);
    }
  }

  @Override
  public void acknowledge(int count) {
    lock.lock();
    try {
      for (int i = 0; i < count; i++) {
        bytes -= taken.remove();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long pending() {
    lock.lock();
    try {
      return waiting.size() + (long) taken.size();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long bytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }
}

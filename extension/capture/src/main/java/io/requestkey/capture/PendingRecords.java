/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.EnumMap;
import java.util.Map;

/**
 * Counts what is in a ring, without taking it. While this is open nothing else may take from it.
 */
final class PendingRecords implements AutoCloseable {

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final VarHandle HEADER = INT.varHandle();
  private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle();
  private static final int HEADER_BYTES = 8;
  private static final int BUSY = 1 << 31;
  private static final int DISCARD = 1 << 30;
  private static final int TRIES = 200;

  private final RingPages pages;
  private final MemorySegment consumer;
  private final MemorySegment producer;
  private final MemorySegment data;
  private final long mask;

  /**
   * Maps a ring to look at.
   *
   * @param ringFd fd of a BPF_MAP_TYPE_RINGBUF map, kept by the caller
   * @param bytes size of the ring
   */
  PendingRecords(int ringFd, int bytes) throws CaptureException {
    pages = new RingPages(ringFd, bytes, LibC.PROT_READ);
    consumer = pages.consumer();
    producer = pages.producer();
    data = pages.data();
    mask = bytes - 1L;
  }

  /** How many of each kind there are now. */
  Map<HitKind, Long> count() {
    Map<HitKind, Long> counts = new EnumMap<>(HitKind.class);
    long end = end();
    long position = (long) POSITION.getAcquire(consumer, 0L);
    if (Long.compareUnsigned(end - position, mask + 1) > 0 || (position & 7) != 0) {
      return counts; // damaged: its reader will say so
    }
    while (position < end) {
      long offset = position & mask;
      int header = (int) HEADER.getAcquire(data, offset);
      if ((header & BUSY) != 0) {
        break;
      }
      int length = header & ~(BUSY | DISCARD);
      if (position + HEADER_BYTES + length > end) {
        break;
      }
      if ((header & DISCARD) == 0) {
        int number = data.get(ValueLayout.JAVA_BYTE, offset + HEADER_BYTES + RecordLayout.KIND);
        for (HitKind kind : HitKind.values()) {
          if (kind.number() == number) {
            counts.merge(kind, 1L, Long::sum);
          }
        }
      }
      position += (length + HEADER_BYTES + 7L) & ~7L;
    }
    return counts;
  }

  private long end() {
    return (long) POSITION.getAcquire(producer, 0L);
  }

  /**
   * How many of each kind were taken from the ring before: those that were put in and are not there
   * any more. Exact as soon as there is one moment without a call between reading the counters and
   * the ring; until then too few, so the largest of some tries is taken.
   */
  Map<HitKind, Long> taken(CounterMap counters) throws CaptureException, InterruptedException {
    Map<HitKind, Long> most = new EnumMap<>(HitKind.class);
    int agreed = 0;
    for (int i = 0; i < TRIES && agreed < 2; i++) {
      long before = end();
      KernelCounts submitted = counters.read();
      Map<HitKind, Long> pending = count();
      agreed = before == end() ? agreed + 1 : 0;
      for (HitKind kind : HitKind.values()) {
        long taken =
            submitted.kinds().getOrDefault(kind, KindCounts.NONE).submitted()
                - pending.getOrDefault(kind, 0L);
        most.merge(kind, Math.max(0, taken), Math::max);
      }
      // A record is put in before it is counted.
      Thread.sleep(1);
    }
    return most;
  }

  @Override
  public void close() {
    pages.close();
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads a BPF ring buffer straight from its mapped pages (protocol: kernel/bpf/ringbuf.c, and
 * libbpf's src/ringbuf.c for the reader's side).
 *
 * <p>One thread, a platform thread, calls {@link #drain} and {@link #await}; {@link #wake} is for
 * any thread. Owns the mappings, not the map.
 */
public final class RingReader implements AutoCloseable {

  /** Takes the bytes of one record. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Copies a record out; the memory is the kernel's again when this returns.
     *
     * @param data the ring
     * @param offset where the record begins
     * @param length its bytes
     * @return false when there is no room now: the record stays in the ring
     */
    boolean accept(MemorySegment data, long offset, int length);
  }

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final VarHandle HEADER = INT.varHandle();
  private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle();

  private static final int HEADER_BYTES = 8;
  private static final int BUSY = 1 << 31;
  private static final int DISCARD = 1 << 30;
  private static final int PUBLISH_EVERY = 256;

  private static final int BUSY_SPINS = 100;
  private static final long BUSY_PARK_NANOS = 50_000;

  private final Arena arena = Arena.ofShared();
  private final RingPages pages;
  private final MemorySegment consumer;
  private final MemorySegment producer;
  private final MemorySegment data;
  private final long mask;
  private final int wakeFd;
  private final MemorySegment pollfds;
  private final MemorySegment errno;

  /**
   * Maps a ring.
   *
   * @param ringFd fd of a BPF_MAP_TYPE_RINGBUF map, kept by the caller
   * @param bytes size of the ring: a power of two, a multiple of the page size
   */
  RingReader(int ringFd, int bytes) throws CaptureException {
    this(ringFd, bytes, LibC.eventfd());
  }

  /**
   * Maps a ring.
   *
   * @param wakeFd an eventfd, owned by this; or the negative errno with which there is none
   */
  RingReader(int ringFd, int bytes, int wakeFd) throws CaptureException {
    if (wakeFd < 0) {
      throw new CaptureException(
          "cannot make what wakes the ring's reader: " + Errno.name(-wakeFd));
    }
    this.wakeFd = wakeFd;
    try (Acquired acquired = new Acquired()) {
      int _ = acquired.add(wakeFd, LibC::close);
      pages = new RingPages(ringFd, bytes, LibC.PROT_READ | LibC.PROT_WRITE);
      acquired.keep();
    }
    consumer = pages.consumer();
    producer = pages.producer();
    data = pages.data();
    mask = bytes - 1L;
    pollfds = arena.allocate(16, 8);
    LibC.setPollFd(pollfds, 0, wakeFd);
    LibC.setPollFd(pollfds, 1, ringFd);
    errno = Native.errnoSegment(arena);
  }

  /**
   * Hands the records that are in the ring to the sink, until there is none, the sink has no room,
   * or {@code max} are done.
   *
   * @return how many were taken
   * @throws CorruptRecordException when the ring itself is damaged; reading cannot go on
   */
  public int drain(Sink sink, int max) throws CorruptRecordException {
    long position = (long) POSITION.getAcquire(consumer, 0L);
    int taken = 0;
    try {
      while (taken < max) {
        long end = (long) POSITION.getAcquire(producer, 0L);
        if (position >= end) {
          return taken;
        }
        if (Long.compareUnsigned(end - position, mask + 1) > 0 || (position & 7) != 0) {
          throw new CorruptRecordException(
              "ring damaged: at " + position + " of " + end + " in " + (mask + 1) + " bytes");
        }
        long offset = position & mask;
        int header = waitUntilWritten(offset);
        if ((header & BUSY) != 0) {
          return taken;
        }
        int length = header & ~(BUSY | DISCARD);
        long next = position + ((length + HEADER_BYTES + 7L) & ~7L);
        // What is longer would end behind what is mapped.
        if (next > end || length > RingPages.MAX_RECORD - HEADER_BYTES) {
          throw new CorruptRecordException(
              "ring damaged: a record of " + length + " bytes at " + position + " of " + end);
        }
        if ((header & DISCARD) == 0) {
          if (!sink.accept(data, offset + HEADER_BYTES, length)) {
            return taken;
          }
          taken++;
        }
        position = next;
        if (taken % PUBLISH_EVERY == 0) {
          POSITION.setVolatile(consumer, 0L, position);
        }
      }
      return taken;
    } finally {
      // Sequentially consistent: the kernel must see it before poll(2) looks for more.
      POSITION.setVolatile(consumer, 0L, position);
    }
  }

  /** Bytes in the ring that are not yet released. */
  public long pendingBytes() {
    return (long) POSITION.getAcquire(producer, 0L) - (long) POSITION.getAcquire(consumer, 0L);
  }

  /**
   * Waits until there are records, {@link #wake} is called, or time is up.
   *
   * @param timeoutMillis bounds the delay of a record whose wake-up was not sent
   */
  public void await(int timeoutMillis) {
    int _ = LibC.poll(errno, pollfds, 2, timeoutMillis);
  }

  /** Waits until {@link #wake} is called or time is up, whatever is in the ring. */
  public void nap(int millis) {
    int _ = LibC.poll(errno, pollfds, 1, millis);
  }

  /** Ends this and every later wait at once. Any thread. */
  public void wake() {
    LibC.signal(wakeFd);
  }

  private int waitUntilWritten(long offset) {
    int header = (int) HEADER.getAcquire(data, offset);
    for (int i = 0; (header & BUSY) != 0 && i < BUSY_SPINS; i++) {
      Thread.onSpinWait();
      header = (int) HEADER.getAcquire(data, offset);
    }
    if ((header & BUSY) != 0) {
      LockSupport.parkNanos(BUSY_PARK_NANOS);
      header = (int) HEADER.getAcquire(data, offset);
    }
    return header;
  }

  @Override
  public void close() {
    pages.close();
    LibC.close(wakeFd);
    arena.close();
  }
}

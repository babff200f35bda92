/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The pages of a BPF ring buffer: the consumer's, the producer's, and the data. Any thread; owns
 * the mappings, not the map.
 */
final class RingPages implements AutoCloseable {

  /** No record is longer, not of an older release's programs either. */
  static final int MAX_RECORD = 64 << 10;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment consumer;
  private final MemorySegment producer;
  private final MemorySegment data;

  /**
   * Maps them.
   *
   * @param ringFd fd of a BPF_MAP_TYPE_RINGBUF map, kept by the caller
   * @param bytes size of the ring: a power of two, a multiple of the page size
   * @param protection of the consumer's page; the others can only be read
   */
  RingPages(int ringFd, int bytes, int protection) throws CaptureException {
    int page = LibC.pageSize();
    // The data follow the producer's page, and after their end their beginning again, so that a
    // record never wraps. Only as much of it as a record can need: the kernel gives twice the ring,
    // and all of what is mapped counts as resident memory at once (remap_vmalloc_range()).
    long again = Math.min(bytes, MAX_RECORD);
    try (Acquired acquired = new Acquired()) {
      acquired.add(arena, Arena::close);
      consumer = map(ringFd, page, protection, 0);
      MemorySegment rest = map(ringFd, page + bytes + again, LibC.PROT_READ, page);
      producer = rest.asSlice(0, page);
      data = rest.asSlice(page);
      acquired.keep();
    }
  }

  private MemorySegment map(int fd, long length, int protection, long offset)
      throws CaptureException {
    long address = LibC.mmap(length, protection, fd, offset);
    if (address < 0 && address > -4096) {
      throw new CaptureException("cannot map the ring: " + Errno.name((int) -address));
    }
    return MemorySegment.ofAddress(address).reinterpret(length, arena, LibC::munmap);
  }

  /** Begins with the position up to which the ring is free again. */
  MemorySegment consumer() {
    return consumer;
  }

  /** Begins with the position up to which the ring is filled. */
  MemorySegment producer() {
    return producer;
  }

  MemorySegment data() {
    return data;
  }

  @Override
  public void close() {
    arena.close();
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Anonymous memory: the same bytes, without a file. */
final class MemoryStore implements SegmentStore {

  private final Arena slots = Arena.ofShared();

  private record Anonymous(Arena arena, MemorySegment memory) implements Segment.Backing {
    @Override
    public long allocated() {
      return memory.byteSize();
    }

    @Override
    public String name() {
      return "memory";
    }
  }

  @Override
  @SuppressWarnings("MustBeClosedChecker") // by delete()
  public Segment create(SegmentHeader header) throws IOException {
    Arena arena = Arena.ofShared();
    try {
      MemorySegment memory = arena.allocate(header.bytes(), 8);
      header.write(memory);
      return new Segment(header, new Anonymous(arena, memory));
    } catch (OutOfMemoryError e) {
      // Of native memory: nothing else has failed, and it is asked for again.
      arena.close();
      throw new IOException("Cannot allocate memory");
    }
  }

  @Override
  public Segment reuse(Segment spare, SegmentHeader header) {
    header.write(spare.backing.memory());
    return new Segment(header, spare.backing);
  }

  @Override
  public void map(Segment segment) {
    // It always is.
  }

  @Override
  public void unmap(Segment segment) {
    // It stays as long as the segment does.
  }

  @Override
  public void close(Segment segment) {
    delete(segment);
  }

  @Override
  public void clear(Segment segment) {
    segment.backing.memory().asSlice(0, segment.published).fill((byte) 0);
  }

  @Override
  public void delete(Segment segment) {
    ((Anonymous) segment.backing).arena().close();
  }

  @Override
  public void setAside(Segment segment) {
    delete(segment);
  }

  @Override
  public void forceNames() {
    // There are none.
  }

  @Override
  public SlotPair slots(String name) {
    return new SlotPair(slots.allocate(SlotPair.BYTES, 8));
  }

  @Override
  public void deleteSlots(String name) {
    // It goes with the rest.
  }

  @Override
  public void release() {
    slots.close();
  }
}

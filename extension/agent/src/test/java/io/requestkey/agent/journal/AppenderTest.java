/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A medium that fails where the next segment begins, in the ways that are no IOException. */
final class AppenderTest {

  private static final int SEGMENTS = 4;
  private static final byte[] RECORD = new byte[1000];

  private final List<String> said = new ArrayList<>();
  private final FakeClocks clocks = new FakeClocks();
  private final Failing store = new Failing();
  private final SegmentList segments =
      new SegmentList(
          store, JournalFixture.memory(SEGMENTS), List.of(), 0, new Messages("test", said::add));
  private final Appender appender =
      new Appender(
          segments,
          JournalFixture.SEGMENT,
          clocks,
          "boot",
          () -> 7,
          new Messages("test", said::add),
          () -> false);
  private long number;

  private boolean append() {
    if (!appender.append(number, MemorySegment.ofArray(RECORD), 0, RECORD.length)) {
      return false;
    }
    number++;
    return true;
  }

  private int fill() {
    int count = 0;
    while (append()) {
      count++;
    }
    return count;
  }

  @Test
  void aSegmentThatCannotBeForcedToTheMediumIsTriedAgain() {
    assertThat(append()).isTrue();
    store.failure = new UncheckedIOException(new IOException("Input/output error"));
    int one = 1 + fill();
    assertThat(said).singleElement().asString().contains("cannot store", "Input/output error");
    store.failure = null;
    clocks.pass(TimeUnit.SECONDS.toNanos(1));
    assertThat(fill()).isEqualTo((SEGMENTS - 1) * one);
  }

  @Test
  void theRoomOfASpareThatCannotBeForcedIsNotLost() {
    int one = fill() / SEGMENTS;
    segments.retire(one, () -> {});
    assertThat(segments.hasSpare()).isTrue();
    store.failure = new InternalError("a fault occurred in an unsafe memory access operation");
    assertThat(append()).isFalse();
    store.failure = null;
    clocks.pass(TimeUnit.SECONDS.toNanos(1));
    assertThat(fill()).isEqualTo(one);
    assertThat(said).hasSize(2).last().asString().contains("can store again");
  }

  @Test
  void aSegmentWhoseEndCannotBeWrittenIsFollowedByTheNext() throws IOException {
    assertThat(append()).isTrue();
    store.lost = true;
    int all = 1 + fill();
    assertThat(all % SEGMENTS).isZero();
    Segment first = segments.enter(0);
    assertThat(first).isNotNull();
    assertThat(first.sealed).isTrue();
    assertThat(first.damaged).as("it is kept for who wants to look at it").isTrue();
    assertThat(first.end).isEqualTo(all / SEGMENTS);
  }

  /** Anonymous memory that fails on demand. */
  private static final class Failing implements SegmentStore {

    private final MemoryStore store = new MemoryStore();
    private @Nullable Throwable failure;

    /** The page with the header is gone: memory that is asked for again is a SIGBUS. */
    private boolean lost;

    private final class Lost implements Segment.Backing {
      private final Segment.Backing whole;
      private boolean asked;

      Lost(Segment.Backing whole) {
        this.whole = whole;
      }

      @Override
      public MemorySegment memory() {
        if (lost && asked) {
          throw new InternalError("a fault occurred in an unsafe memory access operation");
        }
        asked = true;
        return whole.memory();
      }

      @Override
      public long allocated() {
        return whole.allocated();
      }

      @Override
      public String name() {
        return whole.name();
      }
    }

    private void fail() {
      switch (failure) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case null, default -> {}
      }
    }

    private static Segment whole(Segment segment) {
      return new Segment(segment.header, ((Lost) segment.backing).whole);
    }

    @Override
    public Segment create(SegmentHeader header) throws IOException {
      fail();
      return new Segment(header, new Lost(store.create(header).backing));
    }

    @Override
    public Segment reuse(Segment spare, SegmentHeader header) {
      fail();
      return new Segment(header, new Lost(store.reuse(whole(spare), header).backing));
    }

    @Override
    public void map(Segment segment) {}

    @Override
    public void unmap(Segment segment) {}

    @Override
    public void close(Segment segment) {}

    @Override
    public void clear(Segment segment) {
      ((Lost) segment.backing).whole.memory().fill((byte) 0);
    }

    @Override
    public void delete(Segment segment) {
      store.delete(whole(segment));
    }

    @Override
    public void setAside(Segment segment) {}

    @Override
    public void forceNames() {}

    @Override
    public SlotPair slots(String name) {
      return store.slots(name);
    }

    @Override
    public void deleteSlots(String name) {}

    @Override
    public void release() {
      store.release();
    }
  }
}

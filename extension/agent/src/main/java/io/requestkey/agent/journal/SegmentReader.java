/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** One reader of a {@link SegmentJournal}. */
final class SegmentReader implements JournalReader {

  /**
   * Records of one batch, in bytes: two thousand of usual size. What callers make up can be forty
   * times as long, and what becomes of a batch is several times its size.
   */
  private static final int BATCH_BYTES = 1 << 20;

  private static final long NOT_WAITING = Long.MAX_VALUE;
  private static final VarHandle WAKE_AT;

  static {
    try {
      WAKE_AT = MethodHandles.lookup().findVarHandle(SegmentReader.class, "wakeAt", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Held while frames are copied; only dropping the oldest segment ever contends for it. */
  final ReentrantLock mutex = new ReentrantLock();

  private final SegmentJournal journal;
  private final SegmentList segments;
  private final Messages messages;
  private final String name;
  private final SlotPair slots;
  private final FrameScanner scanner = new FrameScanner();

  /** Gaps that were passed and are not yet acknowledged, in order. Guarded by mutex. */
  private final Deque<Gap> passed = new ArrayDeque<>();

  /** Gaps that were passed and not yet asked for, in order. Guarded by mutex. */
  private List<Gap> found = new ArrayList<>();

  /** What is missing below this number was dropped, in an earlier run too. Guarded by mutex. */
  private long droppedBelow;

  /** Of what an earlier run dropped and this one has not come to. Guarded by mutex. */
  private long droppedKeysFreed;

  private @Nullable Segment current; // guarded by mutex
  private int offset; // guarded by mutex
  private int taken; // bytes of the batch that is read; guarded by mutex
  private byte @Nullable [] account; // guarded by mutex

  /** The oldest number not taken. Written under mutex. */
  private volatile long position;

  private volatile long next;
  private volatile long damaged;
  private volatile long dropped;
  private volatile long damagedKnown;
  private volatile long droppedKnown;

  /** The end the thread waits for. */
  @SuppressWarnings("UnusedVariable") // through WAKE_AT
  private volatile long wakeAt = NOT_WAITING;

  private volatile @Nullable Thread waiting;

  /** A reader at that cursor, which becomes durable here. */
  SegmentReader(
      SegmentJournal journal,
      SegmentList segments,
      Messages messages,
      String name,
      SlotPair slots,
      Cursor cursor) {
    this.journal = journal;
    this.segments = segments;
    this.messages = messages;
    this.name = name;
    this.slots = slots;
    this.next = cursor.next();
    this.position = cursor.next();
    this.damaged = cursor.damaged();
    this.damagedKnown = cursor.damaged();
    this.dropped = cursor.dropped();
    this.droppedKnown = cursor.dropped();
    this.account = cursor.account();
    this.droppedBelow = cursor.droppedBelow();
    this.droppedKeysFreed = cursor.keysFreed();
    store();
  }

  String name() {
    return name;
  }

  @Override
  public List<Frame> take(int max, Duration wait, Duration linger) throws InterruptedException {
    await(1, wait);
    if (journal.end() > position) {
      await(max, linger);
    }
    List<Frame> batch;
    mutex.lock();
    try {
      batch = read(max);
    } finally {
      mutex.unlock();
    }
    return batch;
  }

  @Override
  public List<Gap> gaps() {
    mutex.lock();
    try {
      List<Gap> gaps = found;
      found = new ArrayList<>();
      return gaps;
    } finally {
      mutex.unlock();
    }
  }

  private void await(int count, Duration time) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    long begun = System.nanoTime();
    long nanos = time.toNanos();
    try {
      while (true) {
        long target = position + count;
        if (journal.end() >= target || journal.closed()) {
          return;
        }
        long left = nanos - (System.nanoTime() - begun);
        if (left <= 0) {
          return;
        }
        waiting = Thread.currentThread();
        WAKE_AT.setVolatile(this, target);
        if (journal.end() < target && !journal.closed()) {
          LockSupport.parkNanos(this, left);
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    } finally {
      WAKE_AT.setVolatile(this, NOT_WAITING);
    }
  }

  /** Wakes the reader when it waits for that end or less. The ring thread's. */
  void wakeIf(long end) {
    long target = (long) WAKE_AT.getVolatile(this);
    // Once only, however many frames come until it runs.
    if (end >= target && WAKE_AT.compareAndSet(this, target, NOT_WAITING)) {
      LockSupport.unpark(waiting);
    }
  }

  void wake() {
    LockSupport.unpark(waiting);
  }

  private List<Frame> read(int max) {
    List<Frame> batch = new ArrayList<>(Math.clamp(journal.end() - position, 0, max));
    taken = 0;
    while (batch.size() < max && taken < BATCH_BYTES) {
      Segment segment = current;
      if (segment == null) {
        segment = enter();
        if (segment == null) {
          break;
        }
      }
      // In this order: what is published before it is sealed is seen, and what has a number below
      // the end is published by then.
      long end = journal.end();
      boolean sealed = segment.sealed;
      int published = segment.published;
      if (offset < published) {
        read(segment, published, batch);
      } else if (sealed) {
        leave(segment);
      } else {
        // Nothing comes after it, so what is missing up to the end was never written here.
        missed(end);
        break;
      }
    }
    leaveExhausted();
    return batch;
  }

  private @Nullable Segment enter() {
    try {
      Segment segment = segments.enter(position);
      if (segment == null) {
        // Nothing is left of what the journal once had up to its end.
        missed(segments.reachable(position, journal::end));
        return null;
      }
      current = segment;
      offset = SegmentHeader.BYTES;
      missed(segment.header.first());
      return segment;
    } catch (IOException e) {
      messages.sayOnce("cannot be mapped to be read: " + IoReason.of(e));
      return null;
    }
  }

  private void read(Segment segment, int published, List<Frame> batch) {
    try {
      MemorySegment memory = segment.backing.memory();
      SegmentHeader header = segment.header;
      boolean whole = scanner.at(memory, offset, published, header.salt());
      if (!whole || scanner.number() < header.first() || scanner.number() >= segment.end) {
        damagedAt(segment);
        offset =
            scanner.find(memory, offset, published, header.salt(), header.first(), segment.end - 1);
        if (offset < 0) {
          offset = published;
          return;
        }
      }
    } catch (InternalError e) {
      // The JVM's word for a SIGBUS: the medium does not give the page.
      damagedAt(segment);
      offset = published;
      return;
    }
    offset += scanner.size();
    long number = scanner.number();
    if (number < position) {
      return;
    }
    missed(number);
    Frame frame = scanner.frame(segment.header.bootId());
    batch.add(frame);
    taken += frame.record().length;
    position = number + 1;
  }

  private void damagedAt(Segment segment) {
    segment.damaged = true;
    messages.sayOnce(segment.backing.name() + " is damaged; the frames lost are counted");
  }

  /** Leaves a segment that was read to its end. */
  private void leave(Segment segment) {
    current = null;
    missed(segment.end);
    segments.leave(segment);
  }

  private void leaveExhausted() {
    Segment segment = current;
    if (segment != null && segment.sealed && offset >= segment.published) {
      leave(segment);
    }
  }

  /** No frame is there for the numbers from the position to this one. */
  private void missed(long to) {
    long here = Math.min(to, droppedBelow);
    if (here > position) {
      long freed = Math.min(droppedKeysFreed, here - position);
      droppedKeysFreed -= freed;
      skip(here, true, freed);
    }
    skip(to, false, 0);
  }

  private void skip(long to, boolean drop, long keysFreed) {
    long from = position;
    if (to <= from) {
      return;
    }
    if (drop) {
      droppedKnown = droppedKnown + to - from;
    } else {
      damagedKnown = damagedKnown + to - from;
    }
    Gap gap = new Gap(from, to, drop, keysFreed);
    passed.addLast(gap);
    found.add(gap);
    position = to;
  }

  /**
   * Counts the missing numbers the cursor has passed, and no others: the account that becomes
   * durable with the cursor says what became of every number below it.
   */
  private void countPassed() {
    Gap gap = passed.peekFirst();
    while (gap != null && gap.from() < next) {
      Gap _ = passed.removeFirst();
      long to = Math.min(gap.to(), next);
      if (gap.dropped()) {
        dropped = dropped + to - gap.from();
      } else {
        damaged = damaged + to - gap.from();
      }
      if (to < gap.to()) {
        long rest = gap.to() - to;
        passed.addFirst(new Gap(to, gap.to(), gap.dropped(), Math.min(gap.keysFreed(), rest)));
      }
      gap = passed.peekFirst();
    }
  }

  /**
   * The segment goes, whether it was read or not. What was taken from it and not yet acknowledged
   * is still the reader's to deliver. Both locks are held, by the ring thread.
   *
   * @param keysFreed tells how many {@code KEY_FREED} records it has from a number on
   */
  void drop(Segment segment, LongUnaryOperator keysFreed) {
    if (current == segment) {
      current = null;
      segments.letGo(segment);
    }
    missed(Math.min(segment.header.first(), segment.end));
    if (segment.end > position) {
      skip(segment.end, true, keysFreed.applyAsLong(position));
    }
    droppedBelow = Math.max(droppedBelow, segment.end);
    if (segment.end > next) {
      // Before the segment goes: the next run must not take for damage what was dropped.
      store();
      journal.written(slots);
    }
  }

  @Override
  public void acknowledge(long acknowledged, byte[] books) {
    if (books.length > JournalOptions.MAX_ACCOUNT_BYTES) {
      throw new IllegalArgumentException(
          "an account of "
              + books.length
              + " bytes; at most "
              + JournalOptions.MAX_ACCOUNT_BYTES
              + " are kept");
    }
    mutex.lock();
    try {
      if (acknowledged > position) {
        throw new IllegalArgumentException(
            "acknowledged up to " + acknowledged + ", but taken only up to " + position);
      }
      if (acknowledged > next) {
        next = acknowledged;
      }
      account = books.clone();
      countPassed();
      store();
      journal.written(slots);
      leaveExhausted();
    } finally {
      mutex.unlock();
    }
    journal.retire();
  }

  private void store() {
    long freed = droppedKeysFreed;
    for (Gap gap : passed) {
      freed += gap.keysFreed();
    }
    slots.write(new Cursor(next, damaged, dropped, account, droppedBelow, freed).encode());
  }

  void force(Consumer<SlotPair> how) {
    how.accept(slots);
  }

  /** Gives back the segment it is in. */
  void letGo() {
    mutex.lock();
    try {
      Segment segment = current;
      if (segment != null) {
        current = null;
        segments.leave(segment);
      }
    } finally {
      mutex.unlock();
    }
  }

  @Override
  public Optional<byte[]> account() {
    mutex.lock();
    try {
      byte[] books = account;
      return books == null ? Optional.empty() : Optional.of(books.clone());
    } finally {
      mutex.unlock();
    }
  }

  @Override
  public long next() {
    return next;
  }

  @Override
  public long pending() {
    return Math.max(0, journal.end() - next);
  }

  @Override
  public long damaged() {
    return damaged;
  }

  @Override
  public long dropped() {
    return dropped;
  }

  /** Also those the cursor has not yet come to. */
  long damagedKnown() {
    return damagedKnown;
  }

  long droppedKnown() {
    return droppedKnown;
  }
}

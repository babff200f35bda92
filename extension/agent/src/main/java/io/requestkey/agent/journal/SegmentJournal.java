/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The journal, on files or on anonymous memory.
 *
 * <p>The ring thread appends without a lock: it stores the frame, publishes it in its segment and
 * then in {@link #end} (a volatile store, ordered before it looks whether a reader waits; a reader
 * says that it waits before it looks at {@link #end} again, so no wake-up is missed). Readers read
 * published bytes without a lock. Order of locks: a reader's mutex, then that of the segments.
 */
final class SegmentJournal implements HitJournal {

  private final JournalOptions options;
  private final SegmentStore store;
  private final SegmentList segments;
  private final Appender appender;
  private final Messages messages;
  private final boolean durable;
  private final boolean orphaned;

  /** Guards the maps and the making of readers. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<String, SlotPair> unclaimed; // guarded by lock
  private final Map<String, SlotPair> states; // guarded by lock
  private @Nullable Syncer syncer; // guarded by lock

  private volatile SegmentReader[] readers = {};
  private volatile long end;
  private volatile boolean closed;

  /**
   * A journal that goes on from what was found.
   *
   * @param salts unpredictable numbers
   */
  SegmentJournal(
      JournalOptions options,
      SegmentStore store,
      Recovery.Found found,
      Clocks clocks,
      String bootId,
      LongSupplier salts,
      Messages messages) {
    this.options = options;
    this.store = store;
    this.messages = messages;
    this.durable = options.directory() != null && options.sync() != SyncPolicy.NONE;
    this.unclaimed = new TreeMap<>(found.cursors());
    this.states = new TreeMap<>(found.states());
    this.orphaned = !found.segments().isEmpty() && unclaimed.isEmpty();
    this.segments =
        new SegmentList(store, options, found.segments(), found.lastNumber() + 1, messages);
    this.appender =
        new Appender(
            segments, options.segmentBytes(), clocks, bootId, salts, messages, this::makeRoom);
    long last = found.end();
    for (SlotPair cursor : unclaimed.values()) {
      // A cursor beyond the end: frames it acknowledged are gone. Their numbers are not used again.
      last = Math.max(last, cursor(cursor).map(Cursor::next).orElse(0L));
    }
    this.end = last;
  }

  /**
   * Makes the readers of this run, gives up those of an earlier one that are not among them, and
   * removes what all have acknowledged.
   *
   * @param names without one, the readers of the earlier run go on
   */
  void begin(Set<String> names) throws IOException {
    lock.lock();
    try {
      if (orphaned && !names.isEmpty()) {
        messages.say("there is no cursor of an earlier reader; all begin at the oldest frame");
      }
      for (String reader : names.isEmpty() ? Set.copyOf(unclaimed.keySet()) : names) {
        SegmentReader _ = make(reader);
      }
      for (Map.Entry<String, SlotPair> other : unclaimed.entrySet()) {
        giveUp(other.getKey(), other.getValue());
      }
      unclaimed.clear();
      if (durable) {
        syncer = new Syncer(this::sync, options.syncInterval());
        if (options.sync() == SyncPolicy.INTERVAL) {
          syncer.start();
        }
      }
    } finally {
      lock.unlock();
    }
    retire();
  }

  /** A signal that is switched off must not hold the journal for ever. */
  private void giveUp(String reader, SlotPair slots) throws IOException {
    long waiting = end - cursor(slots).map(Cursor::next).orElse(segments.oldest(end));
    if (waiting > 0) {
      messages.say(
          "reader "
              + reader
              + " of an earlier run is not used in this one; "
              + waiting
              + " frames it had not acknowledged are given up for it");
    }
    store.deleteSlots(JournalFiles.cursor(reader));
  }

  private static Optional<Cursor> cursor(SlotPair slots) {
    return slots.value().map(Cursor::decode);
  }

  @Override
  public boolean append(MemorySegment data, long from, int length) {
    if (closed) {
      return false;
    }
    long number = end;
    if (appender.fits(length)) {
      if (!appender.append(number, data, from, length)) {
        return false;
      }
      if (durable && options.sync() == SyncPolicy.ALWAYS) {
        MemorySegment frame = appender.last();
        if (frame != null) {
          boolean _ = force(frame);
        }
      }
    } else {
      // It can never be taken, and must not stop what comes after it: it becomes a gap.
      messages.sayOnce(
          "a record of " + length + " bytes is not taken; such records are counted as damaged");
    }
    end = number + 1;
    for (SegmentReader reader : readers) {
      reader.wakeIf(number + 1);
    }
    return true;
  }

  /** Ring thread: readers are asked to let go of the oldest segment, if that is wanted. */
  private boolean makeRoom() {
    if (options.full() != FullPolicy.DROP_OLDEST) {
      return false;
    }
    SegmentReader[] all = readers;
    for (SegmentReader reader : all) {
      reader.mutex.lock();
    }
    try {
      messages.sayOnce("full; the oldest frames are dropped and counted");
      return segments.dropOldest(oldest -> {
        KeysFreed keysFreed = new KeysFreed(oldest);
        for (SegmentReader reader : all) {
          reader.drop(oldest, keysFreed);
        }
      });
    } finally {
      for (SegmentReader reader : all) {
        reader.mutex.unlock();
      }
    }
  }

  @Override
  public JournalReader reader(String name) {
    lock.lock();
    try {
      for (SegmentReader reader : readers) {
        if (reader.name().equals(name)) {
          return reader;
        }
      }
      return make(name);
    } catch (IOException e) {
      throw new UncheckedIOException("reader " + name + ": " + IoReason.of(e), e);
    } finally {
      lock.unlock();
    }
  }

  private SegmentReader make(String name) throws IOException {
    String file = JournalFiles.cursor(name);
    SlotPair known = unclaimed.remove(name);
    SlotPair slots = known == null ? store.slots(file) : known;
    long begin = known != null || orphaned ? segments.oldest(end) : end;
    Cursor cursor = cursor(slots).orElseGet(() -> new Cursor(begin, 0, 0, null));
    SegmentReader reader = new SegmentReader(this, segments, messages, name, slots, cursor);
    SegmentReader[] more = Arrays.copyOf(readers, readers.length + 1);
    more[readers.length] = reader;
    readers = more;
    return reader;
  }

  @Override
  public long end() {
    return end;
  }

  boolean closed() {
    return closed;
  }

  @Override
  public long bytes() {
    return segments.frameBytes();
  }

  @Override
  public long damaged() {
    return Arrays.stream(readers).mapToLong(SegmentReader::damagedKnown).max().orElse(0);
  }

  @Override
  public long dropped() {
    return Arrays.stream(readers).mapToLong(SegmentReader::droppedKnown).max().orElse(0);
  }

  @Override
  public long keysFreed(long from, long to) {
    long sum = 0;
    long at = from;
    while (at < to) {
      Segment segment;
      try {
        segment = segments.enter(at);
      } catch (IOException e) {
        messages.sayOnce("cannot be mapped to be read: " + IoReason.of(e));
        return sum;
      }
      if (segment == null) {
        return sum;
      }
      try {
        KeysFreed keysFreed = new KeysFreed(segment);
        sum += keysFreed.applyAsLong(at) - keysFreed.applyAsLong(to);
        if (!segment.sealed) {
          return sum;
        }
        at = segment.end;
      } finally {
        segments.leave(segment);
      }
    }
    return sum;
  }

  @Override
  public Optional<byte[]> state(String name) {
    String _ = JournalFiles.state(name);
    lock.lock();
    try {
      SlotPair slots = states.get(name);
      return slots == null ? Optional.empty() : slots.value();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void state(String name, byte[] value) {
    String file = JournalFiles.state(name);
    lock.lock();
    try {
      SlotPair slots = states.get(name);
      if (slots == null) {
        slots = store.slots(file);
        states.put(name, slots);
      }
      slots.write(value);
      written(slots);
    } catch (IOException e) {
      throw new UncheckedIOException("state " + name + ": " + IoReason.of(e), e);
    } finally {
      lock.unlock();
    }
  }

  /** Removes the segments that every reader has acknowledged. Any thread. */
  void retire() {
    SegmentReader[] all = readers;
    if (all.length > 0) {
      long done = Arrays.stream(all).mapToLong(SegmentReader::next).min().orElse(0);
      segments.retire(done, () -> forceCursors(all));
    }
  }

  /** A cursor older than the oldest segment would take acknowledged frames for lost ones. */
  private void forceCursors(SegmentReader[] all) {
    if (durable) {
      for (SegmentReader reader : all) {
        reader.force(this::force);
      }
    }
  }

  /** A small value was replaced. */
  void written(SlotPair slots) {
    if (durable && options.sync() == SyncPolicy.ALWAYS) {
      force(slots);
    }
  }

  /** Forces what was written since the last time. The syncer's thread. */
  private void sync() {
    List<Segment> unforced = segments.enterUnforced();
    boolean named = unforced.stream().allMatch(segment -> segment.forced > 0);
    for (Segment segment : unforced) {
      force(segment);
      segments.leaveForced(segment);
    }
    if (!named) {
      store.forceNames();
    }
    retire();
    List<SlotPair> slots;
    lock.lock();
    try {
      slots = new ArrayList<>(states.values());
    } finally {
      lock.unlock();
    }
    slots.forEach(this::force);
    forceCursors(readers);
  }

  private void force(Segment segment) {
    boolean sealed = segment.sealed;
    int published = segment.published;
    // The header is at the beginning, and only a sealed one has changed.
    int from = sealed ? 0 : segment.forced;
    long to = (long) published + FrameFormat.LENGTH_BYTES;
    if (force(slice(segment.backing.memory(), from, to))) {
      segment.forced = published;
      segment.forcedSealed = sealed;
    }
  }

  /**
   * With the length of the frame that comes next: it is zero, and the medium can still have what
   * was there before the segment was used again.
   */
  private static MemorySegment slice(MemorySegment memory, long from, long to) {
    return memory.asSlice(from, Math.min(to, memory.byteSize()) - from);
  }

  private boolean force(MemorySegment range) {
    try {
      range.force();
      return true;
    } catch (UncheckedIOException e) {
      messages.sayOnce("cannot be forced to the medium: " + e.getMessage());
      return false;
    }
  }

  private void force(SlotPair slots) {
    try {
      slots.force();
    } catch (UncheckedIOException e) {
      messages.sayOnce("cannot be forced to the medium: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    closed = true;
    segments.close();
    for (SegmentReader reader : readers) {
      reader.wake();
    }
    Syncer running = syncer();
    if (running != null) {
      running.now();
    }
  }

  private @Nullable Syncer syncer() {
    lock.lock();
    try {
      return syncer;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends reading too: completes the last segment, forces everything unless the policy is {@link
   * SyncPolicy#NONE}, removes what is acknowledged, and gives the directory free. Nothing may be
   * under way in another thread. The agent does without: a process that ends loses nothing, and a
   * lane that did not end in time may still read. For tests, which open a journal many times.
   */
  void release() {
    close();
    Syncer running = syncer();
    if (running != null) {
      running.stop();
    }
    for (SegmentReader reader : readers) {
      reader.letGo();
    }
    appender.end();
    if (durable) {
      sync();
    }
    retire();
    segments.release();
    store.release();
  }

  /**
   * Gives everything back as it is, without completing anything: for tests of what a kill leaves.
   */
  void abandon() {
    closed = true;
    Syncer running = syncer();
    if (running != null) {
      running.stop();
    }
    segments.release();
    store.release();
  }
}

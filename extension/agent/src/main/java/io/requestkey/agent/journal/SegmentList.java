/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a journal, oldest first, within their size; only the last is ever not sealed.
 * Also who uses which, so that what is used is mapped, and what is done with goes.
 *
 * <p>Any thread. The lock is taken once a segment, not once a frame.
 */
final class SegmentList {

  /** Segments kept to be used again: making one costs a write of its size and its page faults. */
  private static final int MAX_SPARES = 2;

  /** Mapped segments without a user; more would be resident memory for nothing. */
  private static final int MAX_IDLE_MAPPED = 2;

  private final SegmentStore store;
  private final Messages messages;
  private final long maxBytes;
  private final int segmentBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Segment> segments = new ArrayDeque<>(); // guarded by lock
  private final Deque<Segment> spares = new ArrayDeque<>(); // guarded by lock
  private long allocated; // guarded by lock
  private long nextNumber; // guarded by lock
  private int idleMapped; // guarded by lock
  private volatile Segment[] all = {};
  private volatile boolean closed;

  /**
   * A list that goes on from what was found.
   *
   * @param found complete segments
   * @param nextNumber of the next segment
   */
  SegmentList(
      SegmentStore store,
      JournalOptions options,
      List<Segment> found,
      long nextNumber,
      Messages messages) {
    this.store = store;
    this.messages = messages;
    this.maxBytes = options.maxBytes();
    this.segmentBytes = options.segmentBytes();
    this.nextNumber = nextNumber;
    this.segments.addAll(found);
    changed();
    this.allocated = found.stream().mapToLong(segment -> segment.backing.allocated()).sum();
  }

  /** The first number of the oldest segment. */
  long oldest(long otherwise) {
    lock.lock();
    try {
      Segment first = segments.peekFirst();
      return first == null ? otherwise : first.header.first();
    } finally {
      lock.unlock();
    }
  }

  /** Bytes of all frames. Waits for nothing: the lock is held while a segment is made. */
  long frameBytes() {
    long sum = 0;
    for (Segment segment : all) {
      sum += segment.frameBytes();
    }
    return sum;
  }

  /** To be called with the lock, after each change. */
  private void changed() {
    all = segments.toArray(Segment[]::new);
  }

  /** Whether the next segment costs nothing. */
  boolean hasSpare() {
    lock.lock();
    try {
      return !spares.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends one segment and begins the next, mapped and with a user. The ring thread's.
   *
   * @param active the one to end, if there is one; left as it is when there is no room for another
   * @param header makes the header of the segment of a number
   * @return null when the size is reached
   * @throws IOException when the room cannot be had
   */
  @Nullable Segment roll(@Nullable Segment active, LongFunction<SegmentHeader> header)
      throws IOException {
    lock.lock();
    try {
      Segment fresh = fresh(header.apply(nextNumber));
      if (fresh == null) {
        return null;
      }
      nextNumber++;
      if (active != null) {
        end(active);
        leaveLocked(active);
      }
      fresh.mapped = true;
      fresh.users = 1;
      segments.addLast(fresh);
      changed();
      return fresh;
    } finally {
      lock.unlock();
    }
  }

  private static void end(Segment active) {
    try {
      active.seal();
    } catch (InternalError e) {
      // The JVM's word for a SIGBUS. Its frames are published; the next agent has to look for their
      // end.
      active.damaged = true;
      active.sealed = true;
    }
  }

  private @Nullable Segment fresh(SegmentHeader header) throws IOException {
    Segment spare = spares.pollLast();
    if (spare == null) {
      if (allocated + segmentBytes > maxBytes) {
        return null;
      }
      Segment fresh = store.create(header);
      allocated += segmentBytes;
      return fresh;
    }
    idleMapped--;
    try {
      return store.reuse(spare, header);
    } catch (IOException | UncheckedIOException | InternalError e) {
      allocated -= spare.backing.allocated();
      delete(spare);
      throw e;
    }
  }

  /** Ends a segment without another, for {@link SegmentJournal#release}. */
  void seal(Segment active) {
    lock.lock();
    try {
      active.seal();
      leaveLocked(active);
    } finally {
      lock.unlock();
    }
  }

  /** Ends a segment whose memory cannot be written to any more. The ring thread's. */
  void abandon(Segment active) {
    lock.lock();
    try {
      active.damaged = true;
      active.sealed = true;
      leaveLocked(active);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the oldest segment out, read or not. The ring thread's; no reader may be reading.
   *
   * @param release makes the readers let go of it, with {@link #letGo}; it is mapped if it can be
   * @return whether there was one that is neither being written nor being forced to the medium
   */
  boolean dropOldest(Consumer<Segment> release) {
    Segment oldest;
    lock.lock();
    try {
      oldest = segments.peekFirst();
      // The syncer is soon done with it; until then there is no room.
      if (oldest == null || !oldest.sealed || oldest.syncing) {
        return false;
      }
      boolean used = tryUse(oldest);
      release.accept(oldest);
      if (used) {
        leaveLocked(oldest);
      }
      Segment _ = segments.removeFirst();
      changed();
      countUnmapped(oldest);
    } finally {
      lock.unlock();
    }
    dispose(oldest);
    return true;
  }

  /**
   * The segment that holds a number, or the next one after it; mapped, to be given back by {@link
   * #leave}.
   *
   * @return null when there is none
   */
  @Nullable Segment enter(long number) throws IOException {
    lock.lock();
    try {
      Segment segment = after(number);
      if (segment != null) {
        use(segment);
      }
      return segment;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Up to where a reader at that number can go when {@link #enter} found nothing.
   *
   * @param end of the journal: without a segment no frame is left below it
   */
  long reachable(long number, LongSupplier end) {
    lock.lock();
    try {
      return after(number) == null ? end.getAsLong() : number;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Segment after(long number) {
    for (Segment segment : segments) {
      if (!segment.sealed || segment.end > number) {
        return segment;
      }
    }
    return null;
  }

  /**
   * Those of which something is not yet on the medium, each to be given back by {@link
   * #leaveForced}.
   */
  List<Segment> enterUnforced() {
    List<Segment> unforced = new ArrayList<>();
    lock.lock();
    try {
      for (Segment segment : segments) {
        if (segment.forced < segment.published || (segment.sealed && !segment.forcedSealed)) {
          use(segment);
          segment.syncing = true;
          unforced.add(segment);
        }
      }
    } catch (IOException e) {
      messages.sayOnce("cannot be mapped to be forced to the medium: " + IoReason.of(e));
    } finally {
      lock.unlock();
    }
    return unforced;
  }

  private void use(Segment segment) throws IOException {
    if (!segment.mapped) {
      store.map(segment);
      segment.mapped = true;
    } else if (segment.users == 0) {
      idleMapped--;
    }
    segment.users++;
  }

  private boolean tryUse(Segment segment) {
    try {
      use(segment);
      return true;
    } catch (IOException e) {
      messages.sayOnce("cannot be mapped to be dropped: " + IoReason.of(e));
      return false;
    }
  }

  /** Gives back a segment. */
  void leave(Segment segment) {
    lock.lock();
    try {
      leaveLocked(segment);
    } finally {
      lock.unlock();
    }
  }

  /** Gives back one of {@link #enterUnforced}. */
  void leaveForced(Segment segment) {
    lock.lock();
    try {
      segment.syncing = false;
      leaveLocked(segment);
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #leave}, within {@link #dropOldest}. */
  void letGo(Segment segment) {
    leaveLocked(segment);
  }

  private void leaveLocked(Segment segment) {
    if (--segment.users > 0) {
      return;
    }
    if (idleMapped < MAX_IDLE_MAPPED) {
      idleMapped++;
      return;
    }
    store.unmap(segment);
    segment.mapped = false;
  }

  private void countUnmapped(Segment segment) {
    if (segment.mapped) {
      idleMapped--;
    }
  }

  /**
   * Removes the segments nobody needs any more.
   *
   * @param done every number below it is acknowledged by every reader
   * @param before run before one is removed
   */
  void retire(long done, Runnable before) {
    List<Segment> retired = new ArrayList<>(0);
    lock.lock();
    try {
      Segment first = segments.peekFirst();
      while (first != null && first.sealed && first.end <= done && first.users == 0) {
        Segment _ = segments.removeFirst();
        countUnmapped(first);
        retired.add(first);
        first = segments.peekFirst();
      }
      if (!retired.isEmpty()) {
        changed();
      }
    } finally {
      lock.unlock();
    }
    if (!retired.isEmpty()) {
      before.run();
      retired.forEach(this::dispose);
    }
  }

  /** Without the lock: it is no part of the list any more, and nobody else knows it. */
  private void dispose(Segment segment) {
    long size = segment.backing.allocated();
    try {
      if (segment.damaged) {
        store.setAside(segment);
      } else if (size == segmentBytes && wantsSpare()) {
        store.clear(segment);
        addSpare(segment);
        return;
      } else {
        store.delete(segment);
      }
    } catch (IOException e) {
      messages.sayOnce("cannot remove " + segment.backing.name() + ": " + IoReason.of(e));
    } catch (InternalError e) {
      // The JVM's word for a SIGBUS: what cannot be zeroed is not used again.
      delete(segment);
    }
    lock.lock();
    try {
      allocated -= size;
    } finally {
      lock.unlock();
    }
  }

  private boolean wantsSpare() {
    lock.lock();
    try {
      return !closed && spares.size() < MAX_SPARES;
    } finally {
      lock.unlock();
    }
  }

  private void addSpare(Segment segment) {
    lock.lock();
    try {
      segment.mapped = true;
      spares.addLast(segment);
      idleMapped++;
    } finally {
      lock.unlock();
    }
  }

  private void delete(Segment segment) {
    try {
      store.delete(segment);
    } catch (IOException e) {
      messages.sayOnce("cannot remove " + segment.backing.name() + ": " + IoReason.of(e));
    }
  }

  /** Keeps no more spares. */
  void close() {
    closed = true;
  }

  /** Ends all access; nobody uses a segment any more. */
  void release() {
    lock.lock();
    try {
      spares.forEach(this::delete);
      spares.clear();
      segments.forEach(store::close);
      segments.clear();
      changed();
    } finally {
      lock.unlock();
    }
  }
}

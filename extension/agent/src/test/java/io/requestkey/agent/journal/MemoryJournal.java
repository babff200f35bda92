/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A journal on the heap, bounded by bytes. It ends with the process. */
public final class MemoryJournal implements HitJournal {

  private final long maxBytes;
  private final FullPolicy whenFull;
  private final Supplier<Stamp> stamps;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Map<String, Reader> readers = new HashMap<>();
  private final Map<String, byte[]> states = new HashMap<>();

  /**
   * Those numbered from {@code first} to before {@code end}, each at its number modulo the length.
   */
  private @Nullable Frame[] frames = new Frame[1024];

  private long first;
  private long end;
  private long bytes;
  private long dropped;
  private boolean closed;

  /**
   * An empty journal.
   *
   * @param maxBytes bytes of records it holds at most, acknowledged ones not counted
   * @param stamps asked on the appending thread, for each record
   */
  public MemoryJournal(long maxBytes, FullPolicy whenFull, Supplier<Stamp> stamps) {
    this.maxBytes = maxBytes;
    this.whenFull = whenFull;
    this.stamps = stamps;
  }

  @Override
  public boolean append(MemorySegment data, long offset, int length) {
    byte[] record = new byte[length];
    MemorySegment.copy(data, ValueLayout.JAVA_BYTE, offset, record, 0, length);
    Stamp stamp = stamps.get();
    lock.lock();
    try {
      if (closed || !makeRoom(length)) {
        return false;
      }
      if (end - first == frames.length) {
        grow();
      }
      frames[slot(end)] =
          new Frame(
              end, stamp.observedEpochNanos(), stamp.bootOffsetNanos(), stamp.bootId(), record);
      end++;
      bytes += length;
      for (Reader reader : readers.values()) {
        if (end >= reader.wanted) {
          arrived.signalAll();
          break;
        }
      }
      release();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean makeRoom(int length) {
    while (bytes + length > maxBytes) {
      if (whenFull == FullPolicy.STOP || first == end) {
        return false;
      }
      removeFirst();
      dropped++;
    }
    return true;
  }

  private void removeFirst() {
    bytes -= frame(first).record().length;
    frames[slot(first)] = null;
    first++;
  }

  private int slot(long number) {
    return (int) (number & (frames.length - 1));
  }

  private Frame frame(long number) {
    return Objects.requireNonNull(frames[slot(number)]);
  }

  private void grow() {
    @Nullable Frame[] larger = new Frame[frames.length * 2];
    for (long number = first; number < end; number++) {
      larger[(int) (number & (larger.length - 1))] = frames[slot(number)];
    }
    frames = larger;
  }

  private void release() {
    long done = end;
    for (Reader reader : readers.values()) {
      done = Math.min(done, reader.acknowledged);
    }
    while (first < done) {
      removeFirst();
    }
  }

  /** As after a restart, a reader that is asked for again takes what it has not acknowledged. */
  @Override
  public JournalReader reader(String name) {
    lock.lock();
    try {
      Reader reader = readers.computeIfAbsent(name, _ -> new Reader(end));
      reader.taken = reader.acknowledged;
      return reader;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long end() {
    lock.lock();
    try {
      return end;
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
  public long damaged() {
    return 0;
  }

  @Override
  public long dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long keysFreed(long from, long to) {
    return 0;
  }

  @Override
  public Optional<byte[]> state(String name) {
    lock.lock();
    try {
      return Optional.ofNullable(states.get(name)).map(byte[]::clone);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void state(String name, byte[] value) {
    lock.lock();
    try {
      states.put(name, value.clone());
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

  private final class Reader implements JournalReader {

    private long acknowledged;
    private long taken;
    private long wanted;
    private byte @Nullable [] account;
    private List<Gap> gaps = new ArrayList<>();

    Reader(long start) {
      acknowledged = start;
      taken = start;
    }

    @Override
    public List<Frame> take(int max, Duration wait, Duration linger) throws InterruptedException {
      lock.lock();
      try {
        awaitEnd(taken + 1, wait);
        if (end > taken) {
          awaitEnd(taken + max, linger);
        }
        if (taken < first) {
          gaps.add(new Gap(taken, first, true, 0));
          taken = first;
        }
        List<Frame> batch = new ArrayList<>((int) Math.min(max, end - taken));
        while (batch.size() < max && taken < end) {
          batch.add(frame(taken));
          taken++;
        }
        return batch;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public List<Gap> gaps() {
      List<Gap> found = gaps;
      gaps = new ArrayList<>();
      return found;
    }

    private void awaitEnd(long number, Duration time) throws InterruptedException {
      long nanos = time.toNanos();
      wanted = number;
      while (end < number && !closed && nanos > 0) {
        nanos = arrived.awaitNanos(nanos);
      }
      wanted = Long.MAX_VALUE;
    }

    @Override
    public void acknowledge(long next, byte[] account) {
      lock.lock();
      try {
        this.account = account.clone();
        acknowledged = Math.max(acknowledged, Math.min(next, end));
        release();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public Optional<byte[]> account() {
      lock.lock();
      try {
        return Optional.ofNullable(account).map(byte[]::clone);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public long next() {
      lock.lock();
      try {
        return acknowledged;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public long pending() {
      lock.lock();
      try {
        return end - acknowledged;
      } finally {
        lock.unlock();
      }
    }
  }
}

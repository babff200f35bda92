/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.requestkey.agent.journal.HitJournal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.ToLongBiFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's part of the books over many runs of the agent. Any thread.
 *
 * <p>An epoch is one load of the kernel programs, whose counters begin at 0. It may outlive an
 * agent, if the programs are pinned. When an epoch is over without us (the agent was killed and the
 * programs went with it), its counters are gone; then it is closed with what can be known: what it
 * filtered and lost as of the last snapshot, and a hit for each frame it put into the journal. What
 * the snapshot says was recorded and is not in the journal is lost as {@link LossReason#ABANDONED}.
 *
 * <p>Hits are counted from the beginning of the journal's numbers, so a signal's books take only
 * what is after their own beginning.
 */
final class KernelEpochs {

  private static final String NAME = "kernel";
  private static final int VERSION = 1;

  private final HitJournal journal;
  private final ToLongBiFunction<Signal, Frames> noHits;
  private State state;
  private volatile @Nullable State over;
  private final Object storing = new Object();
  private byte[] stored = {}; // guarded by storing
  private boolean begun;
  private boolean continued;
  private Function<Signal, KernelTotals> running = _ -> KernelTotals.NONE;

  /**
   * What is kept.
   *
   * @param book drawn when the books were begun: accounts of other books do not fit
   * @param epoch of the running programs; 0 for none
   * @param start the journal's end when the epoch began
   * @param closed all earlier epochs: filtered and lost; hits are these two alone
   * @param snapshot the running epoch as of the last look
   */
  private record State(
      long book,
      long epoch,
      long start,
      Map<Signal, KernelTotals> closed,
      Map<Signal, KernelTotals> snapshot) {

    /**
     * The running epoch is over, and put frames before {@code end} into the journal.
     *
     * @param noHits how many of these are no hits of a signal
     */
    State close(long end, ToLongFunction<Signal> noHits) {
      Map<Signal, KernelTotals> all = new EnumMap<>(Signal.class);
      for (Signal signal : Signal.values()) {
        KernelTotals last = snapshot.getOrDefault(signal, KernelTotals.NONE);
        long reached = end - start - noHits.applyAsLong(signal);
        long abandoned = Math.max(0, last.recorded() - reached);
        KernelTotals gone =
            new KernelTotals(last.filtered() + last.totalLost(), last.filtered(), last.lost())
                .plus(lost(abandoned));
        all.put(signal, closed.getOrDefault(signal, KernelTotals.NONE).plus(gone));
      }
      return new State(book, 0, end, all, Map.of());
    }

    private static KernelTotals lost(long abandoned) {
      return abandoned == 0
          ? KernelTotals.NONE
          : new KernelTotals(abandoned, 0, new TreeMap<>(Map.of(LossReason.ABANDONED, abandoned)));
    }
  }

  /**
   * Frames that the programs of an epoch put into the journal.
   *
   * @param first number of the first
   * @param end number after the last
   */
  record Frames(long epoch, long first, long end) {}

  /**
   * The epochs that the journal tells of.
   *
   * @param noHits how many of an epoch's frames are no hits of a signal, once it is over
   */
  KernelEpochs(HitJournal journal, ToLongBiFunction<Signal, Frames> noHits) {
    this.journal = journal;
    this.noHits = noHits;
    this.state = read(journal);
  }

  private static State read(HitJournal journal) {
    Optional<byte[]> kept = journal.state(NAME);
    if (kept.isPresent()) {
      try {
        return decode(kept.get());
      } catch (IOException e) {
        // As if there were none: the books begin anew, and the accounts notice.
      }
    }
    return new State(ThreadLocalRandom.current().nextLong(), 0, journal.end(), Map.of(), Map.of());
  }

  /**
   * The programs are loaded, and no record of theirs was appended by this process yet.
   *
   * @param epoch of these programs; if it is the one of the last snapshot, it goes on
   * @param taken hits of them whose records are in no journal of ours, if the epoch is new here
   * @param counts what they count
   */
  void begin(long epoch, ToLongFunction<Signal> taken, Function<Signal, KernelTotals> counts) {
    // Not while we are locked: it asks the signals' books, and they ask us.
    begin(epoch, taken, counts, epoch == epoch() ? null : over());
    snapshot();
  }

  private synchronized void begin(
      long epoch,
      ToLongFunction<Signal> taken,
      Function<Signal, KernelTotals> counts,
      @Nullable State last) {
    continued = last == null;
    if (last != null) {
      Map<Signal, KernelTotals> closed = new EnumMap<>(Signal.class);
      for (Signal signal : Signal.values()) {
        closed.put(
            signal,
            last.closed()
                .getOrDefault(signal, KernelTotals.NONE)
                .minus(new KernelTotals(taken.applyAsLong(signal), 0, new TreeMap<>())));
      }
      state = new State(last.book(), epoch, last.start(), closed, Map.of());
    }
    running = counts;
    begun = true;
  }

  /** As if the epoch of the earlier run were over. Until the next has begun nothing changes. */
  private State over() {
    State known = over;
    if (known == null) {
      State at;
      synchronized (this) {
        at = state;
      }
      Frames frames = new Frames(at.epoch(), at.start(), journal.end());
      known = at.close(frames.end(), signal -> noHits.applyAsLong(signal, frames));
      over = known;
    }
    return known;
  }

  /** Keeps what the counters say now. */
  void snapshot() {
    // Not the lock that the totals are read under: this waits for the disk, and they are asked for
    // on an event loop.
    synchronized (storing) {
      byte[] encoded = encode(look());
      if (!Arrays.equals(encoded, stored)) {
        // On an idle host nothing changes, and the disk is left alone.
        journal.state(NAME, encoded);
        stored = encoded;
      }
    }
  }

  private synchronized State look() {
    Map<Signal, KernelTotals> now = new EnumMap<>(Signal.class);
    for (Signal signal : Signal.values()) {
      now.put(signal, running.apply(signal));
    }
    state = new State(state.book(), state.epoch(), state.start(), state.closed(), now);
    return state;
  }

  /**
   * All epochs. Hits are those filtered, lost, and put into the journal since its number 0 by
   * closed epochs, and those of the running one.
   */
  KernelTotals totals(Signal signal) {
    State at;
    Function<Signal, KernelTotals> counts;
    boolean going;
    synchronized (this) {
      at = state;
      counts = running;
      going = begun;
    }
    if (!going) {
      at = over();
    }
    return at.closed()
        .getOrDefault(signal, KernelTotals.NONE)
        .plus(counts.apply(signal))
        .plus(new KernelTotals(at.start(), 0, KernelTotals.NONE.lost()));
  }

  /**
   * What was before books that begin now: of an epoch that goes on all up to now, of a new one
   * nothing.
   */
  KernelTotals before(Signal signal) {
    State at;
    synchronized (this) {
      if (continued) {
        return totals(signal);
      }
      at = state;
    }
    return at.closed()
        .getOrDefault(signal, KernelTotals.NONE)
        .plus(new KernelTotals(at.start(), 0, KernelTotals.NONE.lost()));
  }

  /** Frames below this number were put into the journal by closed epochs. */
  synchronized long start() {
    return state.start();
  }

  synchronized long book() {
    return state.book();
  }

  synchronized long epoch() {
    return state.epoch();
  }

  private static byte[] encode(State state) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeLong(state.book());
      out.writeLong(state.epoch());
      out.writeLong(state.start());
      for (Signal signal : Signal.values()) {
        Books.write(out, state.closed().getOrDefault(signal, KernelTotals.NONE));
        Books.write(out, state.snapshot().getOrDefault(signal, KernelTotals.NONE));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static State decode(byte[] bytes) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      if (in.readByte() != VERSION) {
        throw new IOException("version");
      }
      long book = in.readLong();
      long epoch = in.readLong();
      long start = in.readLong();
      Map<Signal, KernelTotals> closed = new EnumMap<>(Signal.class);
      Map<Signal, KernelTotals> snapshot = new EnumMap<>(Signal.class);
      for (Signal signal : Signal.values()) {
        closed.put(signal, Books.readTotals(in));
        snapshot.put(signal, Books.readTotals(in));
      }
      return new State(book, epoch, start, closed, snapshot);
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.requestkey.agent.journal.JournalReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One signal's books: where they began, and what became of the frames since. Kept with the
 * journal's cursor, so both are always of the same moment. Any thread.
 *
 * <p>Two tallies: one of every frame settled, which is shown; and one of those below the cursor
 * alone, which is kept. What is above the cursor is read again after a restart, and must not count
 * twice.
 */
final class SignalBooks {

  private static final int VERSION = 1;

  private final JournalReader reader;
  private @Nullable Beginning beginning;
  private Tally settled = new Tally();
  private Tally kept = new Tally();
  private long epochStart;

  /** What {@link Tally#noHitsOfClosedEpochs} will be when all their frames are read. */
  private long noHitsToBe;

  private final Map<String, Long> told = new HashMap<>();

  /**
   * What is no part of these books.
   *
   * @param book the kernel's books that the rest is about
   * @param epoch the one of the last frames counted
   * @param number frames below this
   * @param kernel what the kernel side had filtered and lost before; its hits are of no meaning
   */
  private record Beginning(long book, long epoch, long number, KernelTotals kernel) {}

  /** The books kept with that reader; none if there are none, or they make no sense. */
  SignalBooks(JournalReader reader) {
    this.reader = reader;
    reader
        .account()
        .ifPresent(account -> {
          try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(account))) {
            read(in);
          } catch (IOException e) {
            beginning = null;
            settled = new Tally();
            kept = new Tally();
          }
        });
  }

  private void read(DataInputStream in) throws IOException {
    if (in.readByte() != VERSION) {
      throw new IOException("version");
    }
    long book = in.readLong();
    long epoch = in.readLong();
    long number = in.readLong();
    beginning = new Beginning(book, epoch, number, Books.readTotals(in));
    kept = Tally.read(in);
    told.putAll(Books.readCounts(in));
    // Not of an older release.
    kept.gone(in.available() >= Long.BYTES ? in.readLong() : 0);
    settled.addAll(kept);
  }

  /** Frames below the cursor that an epoch put into the journal and that are no hits. */
  synchronized long noHitsOf(long epoch) {
    Beginning known = beginning;
    return known != null && known.epoch() == epoch ? kept.noHitsOfThisEpoch() : 0;
  }

  /**
   * The kernel programs are loaded: from now on frames are counted.
   *
   * @param noHits how many of the frames that closed epochs put into the journal, and that are
   *     still to be read, are no hits of the signal
   */
  synchronized void begin(KernelEpochs epochs, Signal signal, long noHits) {
    epochStart = epochs.start();
    Beginning known = beginning;
    if (known == null) {
      KernelTotals before = epochs.before(signal);
      beginning = new Beginning(epochs.book(), epochs.epoch(), reader.next(), before);
    } else {
      if (known.epoch() != epochs.epoch()) {
        settled.closeEpoch();
        kept.closeEpoch();
      }
      // With other books of the kernel's, only frames are known of the time before.
      boolean same = known.book() == epochs.book();
      beginning =
          new Beginning(
              epochs.book(),
              epochs.epoch(),
              known.number(),
              same ? known.kernel() : KernelTotals.NONE);
    }
    noHitsToBe = settled.noHitsOfClosedEpochs() + noHits;
    reader.acknowledge(reader.next(), encoded());
  }

  JournalReader reader() {
    return reader;
  }

  /** A frame has met its fate. */
  synchronized void settled(long number, Fate fate) {
    settled.add(fate, number < epochStart);
  }

  /**
   * Frames the journal does not have any more.
   *
   * @param number the first
   * @param frames how many
   * @param hits for how many hits of the signal they stand, at most: the kind of some may not be
   *     known any more
   */
  synchronized void settledLost(long number, long frames, String reason, long hits) {
    addLost(settled, number, frames, reason, hits);
  }

  /** The cursor moves beyond the frame. */
  synchronized void keep(long number, Fate fate) {
    kept.add(fate, number < epochStart);
  }

  synchronized void keepLost(long number, long frames, String reason, long hits) {
    addLost(kept, number, frames, reason, hits);
  }

  private void addLost(Tally tally, long number, long frames, String reason, long hits) {
    long closed = Math.clamp(epochStart - number, 0L, frames);
    if (closed == 0 || closed == frames) {
      tally.addLost(reason, frames, hits, closed > 0);
    } else {
      // On which side those are that are no hits, nobody knows: each frame is taken for one.
      tally.addLost(reason, closed, closed, true);
      tally.addLost(reason, frames - closed, frames - closed, false);
    }
  }

  /** What to keep with the cursor. */
  synchronized byte[] encoded() {
    Beginning known = beginning;
    if (known == null) {
      throw new IllegalStateException("not begun");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeLong(known.book());
      out.writeLong(known.epoch());
      out.writeLong(known.number());
      Books.write(out, known.kernel());
      kept.write(out);
      Books.write(out, told);
      out.writeLong(kept.gone());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * The account of now.
   *
   * @param kernel asked after our own counts were read: a hit is counted there first
   */
  synchronized Account account(Supplier<KernelTotals> kernel) {
    Beginning known = beginning;
    if (known == null) {
      return Account.of(0, 0, 0, Map.of());
    }
    KernelTotals since = kernel.get().minus(known.kernel());
    long toBeRead = Math.max(0, noHitsToBe - settled.noHitsOfClosedEpochs());
    // What was lost before we began is in hits as well.
    long hits =
        since.hits()
            + known.kernel().hits()
            - known.kernel().filtered()
            - known.kernel().totalLost()
            - known.number()
            - settled.noHitsOfClosedEpochs()
            - toBeRead;
    SortedMap<String, Long> lost = new TreeMap<>(settled.lost());
    since.lost().forEach((reason, n) -> lost.merge(reason, n, Long::sum));
    return Account.of(hits, since.filtered(), settled.delivered(), lost);
  }

  /**
   * An account in which more is lost than was counted. Of frames that damage took nobody knows
   * whether the kernel counted them for this signal: they are lost hits, also where that makes more
   * hits than it counted. What goes beyond that is left as it is.
   */
  synchronized Account withUncounted(Account account) {
    long most = settled.gone() + Math.max(0, noHitsToBe - settled.noHitsOfClosedEpochs());
    long uncounted = Math.clamp(-account.inFlight(), 0L, most);
    return Account.of(
        account.hits() + uncounted, account.filtered(), account.delivered(), account.lost());
  }

  /** How much of a loss was told already, by the name it was told under. */
  synchronized long told(String loss) {
    return told.getOrDefault(loss, 0L);
  }

  synchronized void tell(String loss, long count) {
    told.put(loss, count);
  }
}

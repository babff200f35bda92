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
    settled.addAll(kept);
  }

  /** The kernel programs are loaded: from now on frames are counted. */
  synchronized void begin(KernelEpochs epochs, Signal signal) {
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
    reader.acknowledge(reader.next(), encoded());
  }

  JournalReader reader() {
    return reader;
  }

  /** A frame has met its fate. */
  synchronized void settled(long number, Fate fate) {
    settled.add(fate, number < epochStart);
  }

  /** Frames the journal does not have any more. */
  synchronized void settledLost(String reason, long frames) {
    settled.addLost(reason, frames);
  }

  /** The cursor moves beyond the frame. */
  synchronized void keep(long number, Fate fate) {
    kept.add(fate, number < epochStart);
  }

  synchronized void keepLost(String reason, long frames) {
    kept.addLost(reason, frames);
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
    // What was lost before we began is in hits as well.
    long hits =
        since.hits()
            + known.kernel().hits()
            - known.kernel().filtered()
            - known.kernel().totalLost()
            - known.number()
            - settled.noHitsOfClosedEpochs();
    SortedMap<String, Long> lost = new TreeMap<>(settled.lost());
    since.lost().forEach((reason, n) -> lost.merge(reason, n, Long::sum));
    return Account.of(hits, since.filtered(), settled.delivered(), lost);
  }

  /** How much of a loss was told already, by the name it was told under. */
  synchronized long told(String loss) {
    return told.getOrDefault(loss, 0L);
  }

  synchronized void tell(String loss, long count) {
    told.put(loss, count);
  }
}

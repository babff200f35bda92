/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.requestkey.agent.journal.HitJournal;
import io.requestkey.capture.HitKind;
import io.requestkey.capture.KernelCounts;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The books: what the kernel side counted against what was delivered or lost, for each signal that
 * is switched on, over as many runs of the agent as the journal has lived. Any thread.
 */
public final class Ledger {

  /** Counts of several CPUs are not read at one instant; calls that move between them settle. */
  private static final int READS = 8;

  private final Map<Signal, SignalBooks> books = new EnumMap<>(Signal.class);
  private final KernelEpochs epochs;
  private final HitJournal journal;

  /**
   * The books kept with the journal.
   *
   * @param signals those that are exported; the others are no part of the books
   */
  public Ledger(Set<Signal> signals, HitJournal journal) {
    this.journal = journal;
    epochs = new KernelEpochs(journal, this::noHits);
    for (Signal signal : signals) {
      books.put(signal, new SignalBooks(journal.reader(signal.label())));
    }
  }

  /**
   * The kernel programs are loaded. To be called before the first record of theirs is appended to
   * the journal.
   *
   * @param epoch of the programs' counters: the same as in an earlier run if they are the same
   *     counters; not 0
   * @param taken hits in these counts of which an earlier agent took the records; they are in its
   *     books, unless its journal is this one
   * @param counts what they count
   */
  public void begin(long epoch, Map<HitKind, Long> taken, Supplier<KernelCounts> counts) {
    epochs.begin(
        epoch,
        signal -> KernelTotals.taken(taken, signal),
        signal -> KernelTotals.of(counts.get(), signal));
    books.forEach((signal, book) ->
        book.begin(epochs, signal, noHits(signal, book.reader().next(), epochs.start())));
  }

  /** How many frames of an epoch that is over are no hits of the signal. */
  private long noHits(Signal signal, KernelEpochs.Frames over) {
    SignalBooks book = books.get(signal);
    // Every frame is a hit of the log records. Of a signal that is switched off nothing is shown.
    return book == null || signal == Signal.LOGS
        ? 0
        : book.noHitsOf(over.epoch())
            + noHits(signal, Math.max(over.first(), book.reader().next()), over.end());
  }

  private long noHits(Signal signal, long from, long to) {
    return signal == Signal.TRACES && from < to ? journal.keysFreed(from, to) : 0;
  }

  /** The same for counters of which no earlier agent has taken anything. */
  public void begin(long epoch, Supplier<KernelCounts> counts) {
    begin(epoch, Map.of(), counts);
  }

  /** Keeps the kernel's counts, in case that nobody can ask for them later. */
  public void keep() {
    epochs.snapshot();
  }

  /** The accounts of now, in the order of the signals. */
  public Map<Signal, Account> accounts() {
    Map<Signal, Account> accounts = read();
    for (int i = 1; i < READS && inconsistent(accounts); i++) {
      accounts = read();
    }
    Account spans = accounts.get(Signal.TRACES);
    SignalBooks book = books.get(Signal.TRACES);
    if (spans != null && book != null) {
      // Only now, as it would hide what settles. Every frame is a hit of the log records.
      accounts.put(Signal.TRACES, book.withUncounted(spans));
    }
    return accounts;
  }

  private Map<Signal, Account> read() {
    Map<Signal, Account> accounts = new EnumMap<>(Signal.class);
    books.forEach(
        (signal, book) -> accounts.put(signal, book.account(() -> epochs.totals(signal))));
    return accounts;
  }

  private static boolean inconsistent(Map<Signal, Account> accounts) {
    return accounts.values().stream().anyMatch(account -> account.inFlight() < 0);
  }

  SignalBooks of(Signal signal) {
    SignalBooks book = books.get(signal);
    if (book == null) {
      throw new IllegalArgumentException("signal " + signal.label() + " is switched off");
    }
    return book;
  }

  /** The signals the books are about. */
  public Set<Signal> signals() {
    return books.keySet();
  }
}

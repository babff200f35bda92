/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.requestkey.capture.KernelCounts;
import io.requestkey.capture.KernelLoss;
import io.requestkey.capture.KindCounts;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The books: what the kernel side counted against what was delivered or lost, for each signal that
 * is switched on. Any thread.
 */
public final class Ledger {

  /** Counts of several CPUs are not read at one instant; calls that move between them settle. */
  private static final int READS = 8;

  private final Map<Signal, SignalBooks> books = new EnumMap<>(Signal.class);
  private volatile Supplier<KernelCounts> kernel = KernelCounts::none;

  /**
   * Books of the given signals.
   *
   * @param signals those that are exported; the others are no part of the books
   */
  public Ledger(Set<Signal> signals) {
    for (Signal signal : signals) {
      books.put(signal, new SignalBooks());
    }
  }

  /** From where the kernel side's counts come once the capture runs. */
  public void kernel(Supplier<KernelCounts> counts) {
    kernel = counts;
  }

  /** The accounts of now, in the order of the signals. */
  public Map<Signal, Account> accounts() {
    Map<Signal, Account> accounts = read();
    for (int i = 1; i < READS && inconsistent(accounts); i++) {
      accounts = read();
    }
    return accounts;
  }

  private Map<Signal, Account> read() {
    // What was delivered is read before what was hit: a hit is counted first.
    Map<Signal, Long> delivered = new EnumMap<>(Signal.class);
    Map<Signal, Map<String, Long>> lost = new EnumMap<>(Signal.class);
    books.forEach((signal, book) -> {
      delivered.put(signal, book.delivered());
      lost.put(signal, book.lost());
    });
    KindCounts counts = kernel.get().all();
    Map<Signal, Account> accounts = new EnumMap<>(Signal.class);
    books.forEach((signal, book) -> {
      Map<String, Long> all = new TreeMap<>(lost.getOrDefault(signal, Map.of()));
      for (KernelLoss loss : KernelLoss.values()) {
        long n = counts.lost().getOrDefault(loss, 0L);
        if (n > 0) {
          all.merge(loss.label(), n, Long::sum);
        }
      }
      accounts.put(
          signal,
          Account.of(counts.hits(), counts.filtered(), delivered.getOrDefault(signal, 0L), all));
    });
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

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells of losses through the telemetry itself: for each reason what was lost since it was told
 * last, at most every ten seconds. What is told is in nobody's books, so that telling cannot cause
 * telling. For one thread.
 */
final class LossReports<T> {

  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Supplier<Map<Signal, Account>> accounts;
  private final SignalBooks books;
  private final Function<Loss, T> record;
  private final LongSupplier epochNanos;
  private final long startEpochNanos;
  private final Map<String, Long> toldEpochNanos = new HashMap<>();

  /**
   * Something was lost.
   *
   * @param reason as the ledger names it
   * @param signal of which; null if it was lost before the signals part, to all of them
   * @param count hits
   * @param sinceEpochNanos when the same reason was told last, or the agent started
   * @param nowEpochNanos until when
   */
  record Loss(
      String reason,
      @Nullable Signal signal,
      long count,
      long sinceEpochNanos,
      long nowEpochNanos) {}

  private record Due(String name, long total, Loss loss) {}

  /**
   * Reports.
   *
   * @param books where what was told is kept
   * @param record makes the item that tells
   * @param epochNanos the wall clock
   */
  LossReports(
      Supplier<Map<Signal, Account>> accounts,
      SignalBooks books,
      Function<Loss, T> record,
      LongSupplier epochNanos) {
    this.accounts = accounts;
    this.books = books;
    this.record = record;
    this.epochNanos = epochNanos;
    this.startEpochNanos = epochNanos.getAsLong();
  }

  /**
   * Tells what is due, if anything is.
   *
   * @return whether something was told
   */
  boolean report(Courier<T> courier) throws InterruptedException {
    List<Due> due = due();
    if (due.isEmpty()) {
      return false;
    }
    // Also when it fails: to be tried again when its time has come again.
    due.forEach(d -> toldEpochNanos.put(d.name(), d.loss().nowEpochNanos()));
    if (!courier.mention(due.stream().map(d -> record.apply(d.loss())).toList())) {
      return false;
    }
    due.forEach(d -> books.tell(d.name(), d.total()));
    return true;
  }

  private List<Due> due() {
    List<Due> due = new ArrayList<>();
    long now = epochNanos.getAsLong();
    accounts
        .get()
        .forEach((signal, account) ->
            account
                .lost()
                .forEach((reason, total) -> {
                  boolean common = LossReason.beforeTheSignals(reason);
                  String name = common ? reason : signal.label() + "/" + reason;
                  long count = total - books.told(name);
                  long last = toldEpochNanos.getOrDefault(name, startEpochNanos);
                  boolean rested =
                      !toldEpochNanos.containsKey(name) || now - last >= INTERVAL_NANOS;
                  if (count > 0 && rested && due.stream().noneMatch(d -> d.name().equals(name))) {
                    due.add(
                        new Due(
                            name,
                            total,
                            new Loss(reason, common ? null : signal, count, last, now)));
                  }
                }));
    return due;
  }
}

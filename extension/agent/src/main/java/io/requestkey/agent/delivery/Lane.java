/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.requestkey.agent.Diagnostics;
import io.requestkey.agent.otlp.ExportOutcome;
import io.requestkey.agent.otlp.OtlpExport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Delivers one signal's batches, one at a time, until each is accepted or can never be: a retryable
 * failure is retried without limit of time, anything else is counted lost, with one line.
 *
 * <p>For one thread.
 *
 * @param <T> what the signal's exporter takes
 */
final class Lane<T> {

  /** Above every exporter's own time-out: only a broken exporter is ever waited for as long. */
  private static final Duration ATTEMPT_LIMIT = Duration.ofMinutes(2);

  private static final long REPEAT_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Signal signal;
  private final SignalBooks books;
  private final Target<T> main;
  private final List<Target<T>> others;
  private final StopSignal stop;
  private final Diagnostics diagnostics;
  private final Backoff backoff = new Backoff();
  private boolean failing;
  private long saidNanos;

  /**
   * A lane.
   *
   * @param targets the first decides what the books say; the others get each batch once
   */
  Lane(
      Signal signal,
      SignalBooks books,
      List<Target<T>> targets,
      StopSignal stop,
      Diagnostics diagnostics) {
    this.signal = signal;
    this.books = books;
    this.main = targets.getFirst();
    this.others = List.copyOf(targets.subList(1, targets.size()));
    this.stop = stop;
    this.diagnostics = diagnostics;
  }

  void deliver(List<T> batch) throws InterruptedException {
    for (Target<T> target : others) {
      ExportOutcome _ = attempt(target, batch);
    }
    deliverToMain(batch);
  }

  private void deliverToMain(List<T> batch) throws InterruptedException {
    while (true) {
      if (stop.overdue()) {
        books.lost("shutdown", batch.size());
        return;
      }
      switch (attempt(main, batch)) {
        case ExportOutcome.Accepted accepted -> {
          accepted(batch.size(), accepted);
          return;
        }
        case ExportOutcome.Permanent permanent -> {
          if (permanent.tooLarge() && batch.size() > 1) {
            int half = batch.size() / 2;
            deliverToMain(batch.subList(0, half));
            deliverToMain(batch.subList(half, batch.size()));
          } else {
            books.lost(permanent.reason(), batch.size());
            say(batch.size() + " " + signal.label() + " lost: " + permanent.detail());
          }
          return;
        }
        case ExportOutcome.Retryable retryable -> {
          failing = true;
          say(signal.label() + " wait: " + retryable.detail() + "; retrying");
          Duration pause = backoff.next();
          Duration asked = retryable.retryAfter();
          stop.sleep(asked != null && asked.compareTo(pause) > 0 ? asked : pause);
        }
      }
    }
  }

  private void accepted(int size, ExportOutcome.Accepted accepted) {
    long rejected = Math.min(size, Math.max(0, accepted.rejected()));
    books.delivered(size - rejected);
    books.lost("rejected", rejected);
    if (rejected > 0) {
      say(rejected + " of " + size + " " + signal.label() + " rejected: " + accepted.detail());
    }
    backoff.reset();
    if (failing) {
      failing = false;
      saidNanos = 0;
      diagnostics.info(signal.label() + " flow again");
    }
  }

  private ExportOutcome attempt(Target<T> target, List<T> batch) throws InterruptedException {
    try {
      return OtlpExport.export(() -> target.export().apply(batch))
          .toCompletableFuture()
          .get(stop.remaining(ATTEMPT_LIMIT).toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      return new ExportOutcome.Retryable(
          "exporter_failed", null, target.name() + " exporter: " + e.getCause());
    } catch (TimeoutException e) {
      return new ExportOutcome.Retryable(
          "timeout", null, target.name() + " exporter did not answer in time");
    }
  }

  /** At most one line a minute while things stay bad. */
  private void say(String message) {
    long now = System.nanoTime();
    if (saidNanos == 0 || now - saidNanos > REPEAT_NANOS) {
      saidNanos = now;
      diagnostics.warn(message);
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.requestkey.agent.otlp.ExportOutcome;
import io.requestkey.agent.otlp.OtlpExport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Delivers one signal's batches, one at a time, until each is accepted or can never be: a retryable
 * failure is retried without limit of time, anything else is lost, with one line.
 *
 * <p>For one thread, but for {@link #underWay}.
 *
 * @param <T> what the signal's exporter takes
 */
final class Courier<T> {

  /** How soon a pause notices that the batch it is for is not to wait any longer. */
  private static final Duration LOOK = Duration.ofMillis(100);

  /** How a receiver says that it does not take this signal at all: said once, not every minute. */
  private static final Set<String> UNKNOWN_SIGNAL = Set.of("http_404", "grpc_unimplemented");

  private final Signal signal;
  private final Target<T> main;
  private final List<Target<T>> others;
  private final int maxRequestBytes;
  private final long attemptLimitNanos;
  private final boolean keeps;
  private final Backoff backoff;
  private final StopSignal stop;
  private final Complaints complaints;
  private final BooleanSupplier overloaded;

  /** Since {@link #pauseBegan}; the main target is left alone for as long, whatever comes next. */
  private long pauseNanos;

  private long pauseBegan = System.nanoTime();
  private volatile int underWay;

  /**
   * A courier.
   *
   * @param targets the first decides what becomes of an item; the others get each batch once
   * @param overloaded whether a batch that is not accepted now is to be lost rather than to wait
   */
  Courier(
      Signal signal,
      List<Target<T>> targets,
      DeliveryOptions options,
      StopSignal stop,
      Complaints complaints,
      BooleanSupplier overloaded) {
    this.signal = signal;
    this.main = targets.getFirst();
    this.others = List.copyOf(targets.subList(1, targets.size()));
    this.maxRequestBytes = options.maxRequestBytes();
    this.attemptLimitNanos = options.attemptLimit().toNanos();
    this.keeps = options.keeps();
    this.backoff = new Backoff(options.firstPause());
    this.stop = stop;
    this.complaints = complaints;
    this.overloaded = overloaded;
  }

  /**
   * Delivers a batch of items, in their order.
   *
   * @param fates told of each item, when its fate is known
   * @return false when the time to stop is over, or it is time to stop and they are kept: the rest
   *     has met no fate
   */
  boolean deliver(List<Rendered<T>> batch, BiConsumer<Rendered<T>, Fate> fates)
      throws InterruptedException {
    List<T> items = new ArrayList<>(batch.size());
    batch.forEach(rendered -> items.add(Objects.requireNonNull(rendered.item())));
    for (Target<T> target : others) {
      @Nullable ExportOutcome _ = attempt(target, items);
    }
    return toMain(batch, items, fates);
  }

  /**
   * Makes one attempt with items that are in nobody's books, unless the receiver has asked to be
   * left alone.
   *
   * @return whether they need not be sent again
   */
  boolean mention(List<T> items) throws InterruptedException {
    if (pauseLeft() > 0) {
      return false;
    }
    for (Target<T> target : others) {
      @Nullable ExportOutcome _ = attempt(target, items);
    }
    ExportOutcome outcome = attempt(main, items);
    if (outcome instanceof ExportOutcome.Retryable retryable) {
      pauseAfter(retryable);
    }
    return outcome instanceof ExportOutcome.Accepted || outcome instanceof ExportOutcome.Permanent;
  }

  private boolean toMain(
      List<Rendered<T>> batch, List<T> items, BiConsumer<Rendered<T>, Fate> fates)
      throws InterruptedException {
    // Whoever stops does not wait for a pause that was asked for before: what is not sent now may
    // never be.
    if (!stop.requested() && !paused()) {
      overload(batch, fates);
      return true;
    }
    while (!stop.overdue()) {
      ExportOutcome outcome = attempt(main, items);
      switch (outcome) {
        case null -> {
          return false;
        }
        case ExportOutcome.Accepted accepted -> {
          accepted(batch, accepted, fates);
          return true;
        }
        case ExportOutcome.Permanent permanent when permanent.tooLarge() && batch.size() > 1 -> {
          int half = batch.size() / 2;
          return toMain(batch.subList(0, half), items.subList(0, half), fates)
              && toMain(
                  batch.subList(half, batch.size()), items.subList(half, items.size()), fates);
        }
        case ExportOutcome.Permanent permanent -> {
          lost(batch, permanent, fates);
          return true;
        }
        case ExportOutcome.Retryable retryable -> {
          if (keeps && stop.requested()) {
            // That was the last try: the next run has them.
            return false;
          }
          complaints.stuck(signal.label() + " wait: " + retryable.detail() + "; retrying");
          pauseAfter(retryable);
          if (!paused()) {
            overload(batch, fates);
            return true;
          }
        }
      }
    }
    return false;
  }

  private void pauseAfter(ExportOutcome.Retryable retryable) {
    Duration asked = retryable.retryAfter();
    pauseNanos = (asked == null ? backoff.next() : Backoff.asked(asked)).toNanos();
    pauseBegan = System.nanoTime();
  }

  /**
   * Waits until the main target may be tried again. Being asked to stop ends it, for a last try.
   *
   * @return false when meanwhile there is an overload
   */
  private boolean paused() throws InterruptedException {
    boolean stopping = stop.requested();
    while (!stop.overdue() && stopping == stop.requested()) {
      long left = pauseLeft();
      if (left <= 0) {
        return true;
      }
      if (overloaded.getAsBoolean()) {
        return false;
      }
      stop.sleep(Duration.ofNanos(Math.min(left, LOOK.toNanos())));
    }
    return true;
  }

  private long pauseLeft() {
    return pauseNanos - (System.nanoTime() - pauseBegan);
  }

  private void overload(List<Rendered<T>> batch, BiConsumer<Rendered<T>, Fate> fates) {
    batch.forEach(
        rendered -> fates.accept(rendered, Fate.lost(LossReason.OVERLOAD, rendered.hits())));
    complaints.lost(
        LossReason.OVERLOAD,
        batch.size() + " " + signal.label() + " lost: too many wait (overload.spans=drop)");
  }

  private void lost(
      List<Rendered<T>> batch,
      ExportOutcome.Permanent permanent,
      BiConsumer<Rendered<T>, Fate> fates) {
    String reason = permanent.tooLarge() ? LossReason.TOO_LARGE : permanent.reason();
    batch.forEach(rendered -> fates.accept(rendered, Fate.lost(reason, rendered.hits())));
    if (UNKNOWN_SIGNAL.contains(permanent.reason())) {
      complaints.once(
          permanent.reason(),
          signal.label()
              + " are lost, now and from now on, until they are accepted there: "
              + permanent.detail()
              + "; OTEL_"
              + signal.name()
              + "_EXPORTER=none switches them off");
    } else {
      complaints.lost(reason, batch.size() + " " + signal.label() + " lost: " + permanent.detail());
    }
    // It answers, so what comes next is not to wait for what was before.
    answered();
  }

  private void accepted(
      List<Rendered<T>> batch,
      ExportOutcome.Accepted accepted,
      BiConsumer<Rendered<T>, Fate> fates) {
    // Which ones are rejected is not told, so the last stand for them.
    int rejected = (int) Math.clamp(accepted.rejected(), 0L, (long) batch.size());
    int taken = batch.size() - rejected;
    for (int i = 0; i < batch.size(); i++) {
      Rendered<T> rendered = batch.get(i);
      fates.accept(
          rendered,
          i < taken
              ? Fate.delivered(rendered.hits())
              : Fate.lost(LossReason.REJECTED, rendered.hits()));
    }
    if (rejected > 0) {
      complaints.lost(
          LossReason.REJECTED,
          rejected
              + " of "
              + batch.size()
              + " "
              + signal.label()
              + " rejected: "
              + accepted.detail());
    } else if (!accepted.message().isEmpty()) {
      complaints.lost("warning", accepted.detail());
    }
    answered();
    complaints.flow(signal.label() + " flow again");
  }

  private void answered() {
    backoff.reset();
    pauseNanos = 0;
  }

  /** One attempt; null when the time to stop was over before it was. */
  private @Nullable ExportOutcome attempt(Target<T> target, List<T> items)
      throws InterruptedException {
    underWay = items.size();
    try {
      CompletableFuture<ExportOutcome> outcome =
          OtlpExport.export(() -> target.export().apply(items), maxRequestBytes);
      Object _ =
          CompletableFuture.anyOf(outcome, stop.whenOverdue())
              .get(attemptLimitNanos, TimeUnit.NANOSECONDS);
      return outcome.getNow(null);
    } catch (ExecutionException e) {
      return new ExportOutcome.Retryable(
          "exporter_failed", null, target.name() + " exporter: " + e.getCause());
    } catch (TimeoutException e) {
      return new ExportOutcome.Retryable(
          "timeout", null, target.name() + " exporter did not answer in time");
    } finally {
      underWay = 0;
    }
  }

  /** Items of the attempt that is under way. Any thread. */
  int underWay() {
    return underWay;
  }
}

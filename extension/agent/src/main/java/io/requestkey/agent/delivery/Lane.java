/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.requestkey.agent.journal.Frame;
import io.requestkey.agent.journal.HitJournal;
import io.requestkey.agent.journal.JournalReader;
import io.requestkey.capture.KernelClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One signal's way from the journal to its receiver, in a thread of its own: takes frames, has them
 * rendered, delivers what comes of them, and acknowledges as far as every frame has met its fate.
 */
final class Lane<T> {

  /** The longest a renderer waits for its tick. */
  private static final Duration WAIT = Duration.ofMillis(500);

  private final Signal signal;
  private final HitJournal journal;
  private final JournalReader reader;
  private final SignalBooks books;
  private final Renderer<T> renderer;
  private final Courier<T> courier;
  private final @Nullable LossReports<T> lossReports;
  private final DeliveryOptions options;
  private final StopSignal stop;
  private final Complaints complaints;
  private final Consumer<String> failed;
  private final Settlement settlement;
  private final Consumer<Rendered<T>> out = this::rendered;
  private final CountDownLatch ended = new CountDownLatch(1);

  private List<Rendered<T>> outbox = new ArrayList<>();
  private boolean nothingThere;
  private boolean dropping;
  private volatile boolean draining;

  /**
   * A lane.
   *
   * @param targets at least one; the first decides what becomes of an item
   * @param lossReports what this lane says about losses; null for nothing
   * @param failed told from the lane's thread, when it ends and was not asked to
   */
  Lane(
      Signal signal,
      HitJournal journal,
      SignalBooks books,
      Renderer<T> renderer,
      List<Target<T>> targets,
      @Nullable LossReports<T> lossReports,
      DeliveryOptions options,
      StopSignal stop,
      Complaints complaints,
      Consumer<String> failed) {
    this.signal = signal;
    this.journal = journal;
    this.reader = books.reader();
    this.books = books;
    this.renderer = renderer;
    this.courier = new Courier<>(signal, targets, options, stop, complaints, this::overloaded);
    this.lossReports = lossReports;
    this.options = options;
    this.stop = stop;
    this.complaints = complaints;
    this.failed = failed;
    this.settlement = new Settlement(books, reader.next());
  }

  void start() {
    Thread.ofPlatform().name("delivery-" + signal.label()).daemon(true).start(this::run);
  }

  /** From now on, an empty journal is the end. */
  void drain() {
    draining = true;
  }

  boolean awaitEnd(long nanos) throws InterruptedException {
    return ended.await(nanos, TimeUnit.NANOSECONDS);
  }

  LaneState state() {
    long oldest = settlement.oldestObservedEpochNanos();
    return new LaneState(
        signal,
        reader.pending(),
        settlement.open(),
        courier.underWay(),
        oldest == 0 ? 0 : Math.max(0, KernelClock.epochNanos() - oldest));
  }

  private void run() {
    try {
      boolean going = true;
      while (going) {
        // Looked at before the journal: what is appended until then is still taken.
        boolean last = draining;
        going = round(last) && !stop.overdue();
        // What cannot be read now, as it cannot be mapped, is still there for the next start.
        if (last && settlement.open() == 0 && (reader.pending() == 0 || nothingThere)) {
          break;
        }
      }
      if (!options.keeps()) {
        giveUp();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      // Of the journal, or a mistake of ours: what is not acknowledged stays where it is. Going on
      // without this lane would look well, until the journal is full.
      failed.accept("delivery of " + signal.label() + " has ended: " + e);
    } finally {
      ended.countDown();
    }
  }

  /** Takes and delivers some frames; false when the time to stop is over. */
  private boolean round(boolean last) throws InterruptedException {
    boolean behind = behind() > options.batch();
    List<Frame> frames =
        reader.take(
            options.batch(),
            last ? Duration.ZERO : WAIT,
            last || behind ? Duration.ZERO : options.linger());
    dropping = overloaded();
    List<JournalReader.Gap> gaps = reader.gaps();
    render(frames, gaps);
    nothingThere = frames.isEmpty() && gaps.isEmpty();
    if (last
        || behind() > options.holdUntilBehind()
        || settlement.open() - outbox.size() > options.mostHeld()) {
      renderer.flush(out);
    } else {
      renderer.tick(out);
    }
    boolean delivered = ship();
    acknowledge();
    if (delivered && lossReports != null && lossReports.report(courier)) {
      reader.acknowledge(reader.next(), books.encoded());
    }
    return delivered;
  }

  /** Whether so many frames wait that spans are to be dropped. */
  private boolean overloaded() {
    return options.dropSpans() && signal == Signal.TRACES && behind() > options.dropWhenBehind();
  }

  /** Frames in the journal that the lane has not taken. */
  private long behind() {
    return journal.end() - settlement.nextNumber();
  }

  private void render(List<Frame> frames, List<JournalReader.Gap> gaps) {
    int told = 0;
    for (Frame frame : frames) {
      while (told < gaps.size() && gaps.get(told).from() < frame.number()) {
        missing(gaps.get(told++));
      }
      settlement.taken(frame.number(), frame.observedEpochNanos());
      try {
        renderer.accept(frame, out);
      } catch (RuntimeException e) {
        // A mistake of ours must cost this frame, not the lane.
        complaints.lost(LossReason.UNDECODABLE, "a record cannot be turned into telemetry: " + e);
        settlement.settle(frame.number(), Fate.lost(LossReason.UNDECODABLE, 1));
      }
    }
    while (told < gaps.size()) {
      missing(gaps.get(told++));
    }
  }

  /** These frames are not in the journal any more. */
  private void missing(JournalReader.Gap gap) {
    // Every record is a hit of the log records.
    long noHits = signal == Signal.TRACES ? gap.keysFreed() : 0;
    settlement.missing(
        gap.to(),
        gap.dropped() ? LossReason.JOURNAL_FULL : LossReason.JOURNAL_DAMAGED,
        gap.length() - noHits);
    if (!gap.dropped()) {
      complaints.lost(
          LossReason.JOURNAL_DAMAGED,
          gap.length() + " " + signal.label() + " lost: damage to the journal");
    }
  }

  private void rendered(Rendered<T> rendered) {
    String reason = rendered.lostReason();
    if (reason != null) {
      settlement.settle(rendered.frameNumber(), Fate.lost(reason, rendered.hits()));
    } else if (rendered.item() == null) {
      settlement.settle(rendered.frameNumber(), Fate.delivered(0));
    } else if (dropping) {
      settlement.settle(rendered.frameNumber(), Fate.lost(LossReason.OVERLOAD, rendered.hits()));
    } else {
      outbox.add(rendered);
    }
  }

  private boolean ship() throws InterruptedException {
    List<Rendered<T>> batch = outbox;
    outbox = new ArrayList<>();
    for (int from = 0; from < batch.size(); from += options.batch()) {
      int to = Math.min(batch.size(), from + options.batch());
      if (!courier.deliver(
          batch.subList(from, to), (item, fate) -> settlement.settle(item.frameNumber(), fate))) {
        outbox.addAll(batch.subList(from, batch.size()));
        return false;
      }
      acknowledge();
    }
    return true;
  }

  private void acknowledge() {
    long next = settlement.advance();
    if (next > reader.next()) {
      reader.acknowledge(next, books.encoded());
    }
  }

  /** What is still here ends with the process. */
  private void giveUp() throws InterruptedException {
    while (true) {
      List<Frame> frames = reader.take(options.batch(), Duration.ZERO, Duration.ZERO);
      List<JournalReader.Gap> gaps = reader.gaps();
      render(frames, gaps);
      renderer.flush(out);
      for (Rendered<T> rendered : outbox) {
        settlement.settle(rendered.frameNumber(), Fate.lost(LossReason.SHUTDOWN, rendered.hits()));
      }
      outbox.clear();
      acknowledge();
      if (frames.isEmpty() && gaps.isEmpty()) {
        return;
      }
    }
  }
}

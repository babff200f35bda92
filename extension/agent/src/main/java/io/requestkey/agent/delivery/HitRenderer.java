/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.agent.journal.Frame;
import io.requestkey.capture.CorruptRecordException;
import io.requestkey.capture.HitKind;
import io.requestkey.capture.KernelClock;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.RecordDecoder;
import io.requestkey.capture.RecordVersions;
import io.requestkey.capture.UnknownRecordVersionException;
import io.requestkey.telemetry.KeyTelemetry;
import io.requestkey.telemetry.Observation;
import io.requestkey.telemetry.SpanWindow;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Decodes frames, and makes an item of each hit or says what became of it. For one thread. */
public abstract class HitRenderer<T> implements Renderer<T> {

  private final RecordVersions versions;
  private final Consumer<KeyHit> seen;
  private final BiConsumer<String, String> undecodable;

  private HitRenderer(
      RecordVersions versions, Consumer<KeyHit> seen, BiConsumer<String, String> undecodable) {
    this.versions = versions;
    this.seen = seen;
    this.undecodable = undecodable;
  }

  /**
   * A log record for each hit.
   *
   * @param versions of the records that the journal may hold
   * @param seen told of each hit, once in the life of the process
   * @param undecodable told for what reason a record is lost that cannot be decoded, and why it
   *     cannot
   */
  public static HitRenderer<LogRecordData> logs(
      RecordVersions versions,
      KeyTelemetry telemetry,
      Consumer<KeyHit> seen,
      BiConsumer<String, String> undecodable) {
    return new Logs(versions, telemetry, seen, undecodable);
  }

  /**
   * A span for each hit of a kind that has one. Those of calls that returned a key are held for the
   * window, so that they can link to what is done with the key meanwhile.
   *
   * @param versions of the records that the journal may hold
   * @param window how long; zero for not at all
   * @param capacity spans held at most
   * @param seen told of each hit, once in the life of the process
   * @param undecodable told for what reason a record is lost that cannot be decoded, and why it
   *     cannot
   */
  public static HitRenderer<SpanData> spans(
      RecordVersions versions,
      KeyTelemetry telemetry,
      Duration window,
      int capacity,
      Consumer<KeyHit> seen,
      BiConsumer<String, String> undecodable) {
    return spans(versions, telemetry, window, capacity, seen, undecodable, KernelClock::bootNanos);
  }

  static HitRenderer<SpanData> spans(
      RecordVersions versions,
      KeyTelemetry telemetry,
      Duration window,
      int capacity,
      Consumer<KeyHit> seen,
      BiConsumer<String, String> undecodable,
      LongSupplier bootNanos) {
    return new Spans(
        versions,
        telemetry,
        new SpanWindow<>(window.toNanos(), capacity),
        seen,
        undecodable,
        bootNanos);
  }

  /** Items that had to go before all was added to them that might have been. Any thread. */
  public abstract long releasedEarly();

  @Override
  public final void accept(Frame frame, Consumer<Rendered<T>> out) {
    KeyHit hit;
    try {
      hit = versions.decode(frame.record());
    } catch (UnknownRecordVersionException e) {
      lost(frame, LossReason.RECORD_VERSION, e, out);
      return;
    } catch (CorruptRecordException e) {
      lost(frame, LossReason.UNDECODABLE, e, out);
      return;
    }
    seen.accept(hit);
    render(
        frame.number(),
        hit,
        new Observation(frame.bootId(), frame.observedEpochNanos(), frame.bootOffsetNanos()),
        out);
  }

  private void lost(
      Frame frame, String reason, CorruptRecordException why, Consumer<Rendered<T>> out) {
    undecodable.accept(reason, String.valueOf(why.getMessage()));
    HitKind kind = RecordDecoder.kind(frame.record());
    out.accept(
        kind == null || counted(kind)
            ? Rendered.lost(frame.number(), reason)
            : Rendered.nothing(frame.number()));
  }

  /** Whether what is of this kind is a hit of the signal, as the kernel side counts. */
  abstract boolean counted(HitKind kind);

  abstract void render(long number, KeyHit hit, Observation observation, Consumer<Rendered<T>> out);

  private static final class Logs extends HitRenderer<LogRecordData> {

    private final KeyTelemetry telemetry;

    Logs(
        RecordVersions versions,
        KeyTelemetry telemetry,
        Consumer<KeyHit> seen,
        BiConsumer<String, String> undecodable) {
      super(versions, seen, undecodable);
      this.telemetry = telemetry;
    }

    @Override
    public long releasedEarly() {
      return 0;
    }

    @Override
    boolean counted(HitKind kind) {
      return true;
    }

    @Override
    void render(
        long number, KeyHit hit, Observation observation, Consumer<Rendered<LogRecordData>> out) {
      out.accept(Rendered.of(number, telemetry.log(hit, observation)));
    }

    @Override
    public void tick(Consumer<Rendered<LogRecordData>> out) {}

    @Override
    public void flush(Consumer<Rendered<LogRecordData>> out) {}
  }

  private static final class Spans extends HitRenderer<SpanData> {

    private final KeyTelemetry telemetry;
    private final SpanWindow<Long> window;
    private final LongSupplier bootNanos;

    /** The last frame's; kernel time goes on from it when no frame comes. */
    private @Nullable Observation last;

    Spans(
        RecordVersions versions,
        KeyTelemetry telemetry,
        SpanWindow<Long> window,
        Consumer<KeyHit> seen,
        BiConsumer<String, String> undecodable,
        LongSupplier bootNanos) {
      super(versions, seen, undecodable);
      this.telemetry = telemetry;
      this.window = window;
      this.bootNanos = bootNanos;
    }

    @Override
    public long releasedEarly() {
      return window.releasedEarly();
    }

    @Override
    boolean counted(HitKind kind) {
      return KeyTelemetry.kindsWithSpans().contains(kind);
    }

    @Override
    void render(
        long number, KeyHit hit, Observation observation, Consumer<Rendered<SpanData>> out) {
      last = observation;
      SpanData span = telemetry.span(hit, observation);
      if (span == null) {
        window.tick(observation, released -> release(released, out));
        out.accept(Rendered.nothing(number));
        return;
      }
      window.accept(number, hit, observation, span, released -> release(released, out));
    }

    @Override
    public void tick(Consumer<Rendered<SpanData>> out) {
      Observation of = last;
      if (of == null || window.held() == 0) {
        return;
      }
      // Kernel time, which no step of the wall clock moves. For a frame of an earlier boot it is
      // that of another clock, but it goes on, and so the frame waits for two windows at most.
      window.tick(
          new Observation(
              of.bootId(), bootNanos.getAsLong() + of.bootOffsetNanos(), of.bootOffsetNanos()),
          released -> release(released, out));
    }

    @Override
    public void flush(Consumer<Rendered<SpanData>> out) {
      window.flush(released -> release(released, out));
    }

    private static void release(
        SpanWindow.Released<Long> released, Consumer<Rendered<SpanData>> out) {
      out.accept(Rendered.of(released.token(), released.span()));
    }
  }
}

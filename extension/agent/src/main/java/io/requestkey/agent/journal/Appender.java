/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import io.requestkey.capture.RecordDecoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The writing end of a journal; for the ring thread. */
final class Appender {

  /** How long a disk that was full is left alone. */
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final SegmentList segments;
  private final int segmentBytes;
  private final Clocks clocks;
  private final String bootId;
  private final LongSupplier salts;
  private final Messages messages;
  private final BooleanSupplier makeRoom;
  private final Stamps stamps;
  private final FrameWriter writer;
  private final int maxRecord;

  private @Nullable Segment active;
  private @Nullable MemorySegment memory;
  private int offset;
  private int lastSize;
  private boolean failing;
  private long failedAt;

  /**
   * An appender.
   *
   * @param salts unpredictable numbers
   * @param makeRoom asked when the size is reached; says whether it made some
   */
  Appender(
      SegmentList segments,
      int segmentBytes,
      Clocks clocks,
      String bootId,
      LongSupplier salts,
      Messages messages,
      BooleanSupplier makeRoom) {
    this.segments = segments;
    this.segmentBytes = segmentBytes;
    this.clocks = clocks;
    this.bootId = bootId;
    this.salts = salts;
    this.messages = messages;
    this.makeRoom = makeRoom;
    this.stamps = new Stamps(clocks);
    this.maxRecord = segmentBytes - SegmentHeader.BYTES - FrameFormat.RECORD - 8;
    this.writer = new FrameWriter(maxRecord);
  }

  /** Whether a record of that length can ever be taken. */
  boolean fits(int length) {
    return length > 0 && length <= maxRecord;
  }

  /**
   * Writes one frame.
   *
   * @param number its number
   * @return whether there was room
   */
  boolean append(long number, MemorySegment data, long from, int length) {
    int size = FrameFormat.size(length);
    Segment segment = active;
    if (segment == null || size > segmentBytes - offset) {
      segment = roll(number);
      if (segment == null) {
        return false;
      }
    }
    MemorySegment target = memory;
    if (target == null) {
      return false;
    }
    stamps.now();
    try {
      writer.write(
          target,
          offset,
          segment.header.salt(),
          number,
          stamps.observed(),
          stamps.bootOffset(),
          data,
          from,
          length);
    } catch (InternalError e) {
      // The JVM's word for a SIGBUS: the medium took the page away.
      segments.abandon(segment);
      forget();
      failed(String.valueOf(e.getMessage()));
      return false;
    }
    offset += size;
    lastSize = size;
    segment.publish(number + 1, offset);
    return true;
  }

  /** The frame written last, and the length of the next, which is zero; null for none. */
  @Nullable MemorySegment last() {
    MemorySegment target = memory;
    if (target == null) {
      return null;
    }
    long begin = (long) offset - lastSize;
    long end = Math.min((long) offset + FrameFormat.LENGTH_BYTES, target.byteSize());
    return target.asSlice(begin, end - begin);
  }

  private @Nullable Segment roll(long number) {
    do {
      if (failing && clocks.nanoTime() - failedAt < RETRY_NANOS && !segments.hasSpare()) {
        return null;
      }
      try {
        Segment fresh = segments.roll(active, segment -> header(segment, number));
        if (fresh != null) {
          begin(fresh);
          return fresh;
        }
      } catch (IOException e) {
        failed(IoReason.of(e));
        return null;
      } catch (UncheckedIOException | InternalError e) {
        // An msync(2) that failed, and the JVM's word for a SIGBUS.
        failed(String.valueOf(e.getMessage()));
        return null;
      }
    } while (makeRoom.getAsBoolean());
    return null;
  }

  private SegmentHeader header(long segment, long first) {
    return new SegmentHeader(
        SegmentHeader.VERSION,
        RecordDecoder.recordVersion(),
        segment,
        first,
        SegmentHeader.OPEN,
        0,
        segmentBytes,
        clocks.epochNanos(),
        salts.getAsLong(),
        bootId);
  }

  private void begin(Segment fresh) {
    active = fresh;
    memory = fresh.backing.memory();
    offset = SegmentHeader.BYTES;
    if (failing) {
      failing = false;
      messages.say("can store again");
    }
  }

  private void failed(String reason) {
    failedAt = clocks.nanoTime();
    if (!failing) {
      failing = true;
      messages.say(
          "cannot store: " + reason + "; records wait in the kernel's ring until there is room");
    }
  }

  private void forget() {
    active = null;
    memory = null;
  }

  /** Completes the last segment, for {@link SegmentJournal#release}. */
  void end() {
    Segment segment = active;
    if (segment != null) {
      segments.seal(segment);
      forget();
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One segment of the journal.
 *
 * <p>The ring thread writes frames to the one that is not yet sealed and publishes them by a
 * release store of {@link #published}; readers read below that, after an acquiring load. What is
 * published does not change any more, so nothing else is needed between them. The memory stays
 * mapped while it has users.
 */
final class Segment {

  private static final VarHandle PUBLISHED = field("published", int.class);
  private static final VarHandle END = field("end", long.class);

  /** As written when it was made; the one in the memory gets its end when it is sealed. */
  final SegmentHeader header;

  final Backing backing;

  /** Users of the mapping: the writer, readers in it, the syncer. Guarded by the journal's lock. */
  int users;

  /** Whether the memory is there. Guarded by the journal's lock. */
  boolean mapped;

  /** Whether the syncer is among its users. Guarded by the journal's lock. */
  boolean syncing;

  /** Bytes known to be on the medium. The syncer's. */
  int forced;

  /** Whether the header with the end is on the medium. The syncer's. */
  boolean forcedSealed;

  /** Where the next frame will begin; what lies before does not change. */
  volatile int published;

  /** The number after its last. Stored before {@link #published}. */
  volatile long end;

  /** Nothing comes after what is published. Stored last. */
  volatile boolean sealed;

  /** Something in it cannot be read: it is set aside instead of removed. */
  volatile boolean damaged;

  /** Where a segment's bytes are. */
  interface Backing {
    /** The memory; valid from {@link SegmentStore#map} to {@link SegmentStore#unmap}. */
    MemorySegment memory();

    /** Bytes it takes. */
    long allocated();

    /** For messages. */
    String name();
  }

  /** A segment without frames. */
  Segment(SegmentHeader header, Backing backing) {
    this.header = header;
    this.backing = backing;
    this.published = SegmentHeader.BYTES;
    this.end = header.first();
  }

  /** A segment that an earlier run wrote. */
  Segment(SegmentHeader sealedHeader, Backing backing, int used, boolean damaged) {
    this.header = sealedHeader;
    this.backing = backing;
    this.damaged = damaged;
    this.end = sealedHeader.end();
    this.published = used;
    this.sealed = true;
  }

  /** Lets readers see one frame more. The writer's. */
  void publish(long newEnd, int newPublished) {
    END.setRelease(this, newEnd);
    PUBLISHED.setRelease(this, newPublished);
  }

  /** Bytes of frames in it. */
  long frameBytes() {
    return published - (long) SegmentHeader.BYTES;
  }

  /** Writes its end. The writer's; it must be mapped. */
  void seal() {
    header.sealed(end, published).write(backing.memory());
    sealed = true;
  }

  private static VarHandle field(String name, Class<?> type) {
    try {
      return MethodHandles.lookup().findVarHandle(Segment.class, name, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}

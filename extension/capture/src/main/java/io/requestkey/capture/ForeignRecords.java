/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * What is between the ring of programs of another release and the sink: hands on their records as
 * ours. One that cannot be made ours is handed on as it is, but of version 0, which no release has:
 * it is counted as lost where it cannot be decoded, and never taken for something it is not.
 *
 * <p>For the ring's thread.
 */
final class ForeignRecords {

  private static final System.Logger LOG = System.getLogger(ForeignRecords.class.getName());

  private final String where;
  private final @Nullable RecordTranslation translation;
  private boolean toldOfKind;

  private ForeignRecords(String where, @Nullable RecordTranslation translation) {
    this.where = where;
    this.translation = translation;
  }

  /**
   * For records of the given layout.
   *
   * @param where the programs are, for messages
   * @param shape null when their agent did not say: then they are ours if they say our version
   * @return null when they are ours as they are
   */
  static @Nullable ForeignRecords of(String where, @Nullable RecordShape shape) {
    if (shape == null || shape.equals(RecordShape.OURS)) {
      return null;
    }
    RecordTranslation translation = null;
    try {
      translation = RecordTranslation.of(shape);
    } catch (UnknownRecordVersionException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "what the programs in " + where + " recorded is lost: " + e.getMessage());
    }
    return new ForeignRecords(where, translation);
  }

  RingReader.Sink into(RingReader.Sink sink) {
    return (data, offset, length) -> accept(sink, data, offset, length);
  }

  private boolean accept(RingReader.Sink sink, MemorySegment data, long offset, int length) {
    byte[] record = data.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
    if (length < RecordLayout.FIXED_BYTES) {
      return sink.accept(data, offset, length);
    }
    if (RecordDecoder.kind(record) == null) {
      leftOut();
      return true;
    }
    byte[] ours = ours(record);
    return sink.accept(MemorySegment.ofArray(ours), 0, ours.length);
  }

  /** Nor are its hits counted: what they are this release does not know. */
  private void leftOut() {
    if (!toldOfKind) {
      toldOfKind = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "the programs in "
              + where
              + " also record what this release does not know; it is left out");
    }
  }

  private byte[] ours(byte[] record) {
    if (translation != null) {
      try {
        return translation.ours(record);
      } catch (CorruptRecordException e) {
        LOG.log(System.Logger.Level.WARNING, "in the ring of " + where + ": " + e.getMessage());
      }
    }
    record[RecordLayout.RECORD_VERSION] = 0;
    return record;
  }
}

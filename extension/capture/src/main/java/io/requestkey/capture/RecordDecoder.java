/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Turns the bytes of one record into a {@link KeyHit}. Trusts nothing: lengths, numbers and ids are
 * checked, because the bytes may come from a file.
 *
 * <p>Stateless; safe for any thread.
 */
public final class RecordDecoder {

  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final HexFormat HEX = HexFormat.of();

  /** The largest record there can be, in bytes. */
  public static final int MAX_RECORD_BYTES = RecordLayout.HEADER_SIZE + RecordLayout.MAX_DATA;

  private RecordDecoder() {}

  /**
   * Decodes one record.
   *
   * @param frame exactly the bytes of the record
   * @throws CorruptRecordException when the bytes are no record of this version
   */
  public static KeyHit decode(byte[] frame) throws CorruptRecordException {
    if (frame.length < RecordLayout.HEADER_SIZE) {
      throw new CorruptRecordException(
          "record of " + frame.length + " bytes, shorter than its header");
    }
    MemorySegment record = MemorySegment.ofArray(frame);
    int size = record.get(INT, RecordLayout.SIZE);
    if (size != frame.length) {
      throw new CorruptRecordException(
          "record says it has " + size + " bytes, but there are " + frame.length);
    }
    int version = frame[RecordLayout.RECORD_VERSION];
    if (version != RecordLayout.VERSION) {
      throw new CorruptRecordException(
          "record of version " + version + ", this release reads " + RecordLayout.VERSION);
    }
    Texts texts = new Texts(frame, record);
    KernelText type = texts.next();
    KernelText description = texts.next();
    KernelText callout = texts.next();
    texts.requireEnd();
    HitHeader header = header(frame, record);
    int kind = frame[RecordLayout.KIND];
    return switch (kind) {
      case RecordLayout.KIND_REQUEST_KEY ->
          new RequestKeyHit(header, type, description, callout, (int) argument(record, 0));
      case RecordLayout.KIND_ADD_KEY ->
          new AddKeyHit(header, type, description, argument(record, 0), (int) argument(record, 1));
      case RecordLayout.KIND_KEYCTL -> keyctl(header, frame, record);
      default -> throw new CorruptRecordException("record of unknown kind " + kind);
    };
  }

  private static KeyctlHit keyctl(HitHeader header, byte[] frame, MemorySegment record) {
    return new KeyctlHit(
        header,
        record.get(INT, RecordLayout.OPERATION),
        argument(record, 0),
        argument(record, 1),
        argument(record, 2),
        argument(record, 3),
        record.get(INT, RecordLayout.SERIAL),
        record.get(INT, RecordLayout.RESOLVED),
        origin(frame, record));
  }

  private static HitHeader header(byte[] frame, MemorySegment record)
      throws CorruptRecordException {
    if (zero(record, RecordLayout.TRACE_ID, 16) || zero(record, RecordLayout.SPAN_ID, 8)) {
      throw new CorruptRecordException("record without ids");
    }
    long start = record.get(LONG, RecordLayout.START_NS);
    long end = record.get(LONG, RecordLayout.END_NS);
    if (start <= 0 || end < start) {
      throw new CorruptRecordException("record that ends at " + end + " ns, begun at " + start);
    }
    int flags = record.get(SHORT, RecordLayout.FLAGS);
    return new HitHeader(
        record.get(LONG, RecordLayout.SEQ),
        hex(frame, RecordLayout.TRACE_ID, 16),
        hex(frame, RecordLayout.SPAN_ID, 8),
        start,
        end,
        record.get(LONG, RecordLayout.RESULT),
        (flags & RecordLayout.FLAG_COMPAT) != 0,
        (flags & RecordLayout.FLAG_KERNEL_COPIES) != 0,
        new Caller(
            record.get(INT, RecordLayout.PID),
            record.get(INT, RecordLayout.TID),
            record.get(INT, RecordLayout.PPID),
            record.get(INT, RecordLayout.RUID),
            record.get(INT, RecordLayout.RGID),
            record.get(INT, RecordLayout.EUID),
            record.get(INT, RecordLayout.EGID),
            comm(frame),
            record.get(LONG, RecordLayout.CGROUP_ID)));
  }

  private static @Nullable Origin origin(byte[] frame, MemorySegment record) {
    if (zero(record, RecordLayout.ORIGIN_TRACE_ID, 16)
        || zero(record, RecordLayout.ORIGIN_SPAN_ID, 8)) {
      return null;
    }
    return new Origin(
        hex(frame, RecordLayout.ORIGIN_TRACE_ID, 16), hex(frame, RecordLayout.ORIGIN_SPAN_ID, 8));
  }

  private static String comm(byte[] frame) {
    int end = RecordLayout.COMM;
    while (end < RecordLayout.COMM + RecordLayout.COMM_LENGTH && frame[end] != 0) {
      end++;
    }
    return new String(frame, RecordLayout.COMM, end - RecordLayout.COMM, StandardCharsets.UTF_8);
  }

  private static long argument(MemorySegment record, int index) {
    return record.get(LONG, RecordLayout.ARG + 8L * index);
  }

  private static boolean zero(MemorySegment record, int offset, int length) {
    for (int i = 0; i < length; i += 8) {
      if (record.get(LONG, offset + i) != 0) {
        return false;
      }
    }
    return true;
  }

  private static String hex(byte[] frame, int offset, int length) {
    return HEX.formatHex(frame, offset, offset + length);
  }

  /** The packed strings, in order. */
  private static final class Texts {
    private final byte[] frame;
    private final MemorySegment record;
    private int index;
    private int offset = RecordLayout.HEADER_SIZE;

    Texts(byte[] frame, MemorySegment record) {
      this.frame = frame;
      this.record = record;
    }

    KernelText next() throws CorruptRecordException {
      long head = RecordLayout.TEXT + (long) RecordLayout.TEXT_SIZE * index++;
      int state = record.get(ValueLayout.JAVA_BYTE, head + RecordLayout.TEXT_STATE);
      int truncated = record.get(ValueLayout.JAVA_BYTE, head + RecordLayout.TEXT_TRUNCATED);
      int length = Short.toUnsignedInt(record.get(SHORT, head + RecordLayout.TEXT_LEN));
      return switch (state) {
        case RecordLayout.TEXT_ABSENT -> KernelText.ABSENT;
        case RecordLayout.TEXT_NULL -> KernelText.NULL;
        case RecordLayout.TEXT_UNREADABLE -> KernelText.UNREADABLE;
        case RecordLayout.TEXT_PRESENT -> {
          if (length > frame.length - offset) {
            throw new CorruptRecordException(
                "record with a string of " + length + " bytes that ends beyond it");
          }
          String value = new String(frame, offset, length, StandardCharsets.UTF_8);
          offset += length;
          yield new KernelText(KernelText.State.PRESENT, value, truncated != 0);
        }
        default -> throw new CorruptRecordException("record with a string in state " + state);
      };
    }

    void requireEnd() throws CorruptRecordException {
      if (offset != frame.length) {
        throw new CorruptRecordException(
            "record with " + (frame.length - offset) + " bytes that belong to no string");
      }
    }
  }
}

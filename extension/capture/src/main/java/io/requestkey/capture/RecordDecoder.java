/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
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

  private RecordDecoder() {}

  /** The version of the layout of this release's own records. */
  public static int recordVersion() {
    return RecordLayout.VERSION;
  }

  /**
   * Decodes one record.
   *
   * @param frame exactly the bytes of the record
   * @throws UnknownRecordVersionException when it says it is of another version
   * @throws CorruptRecordException when the bytes are no record of this version
   */
  public static KeyHit decode(byte[] frame) throws CorruptRecordException {
    if (frame.length < RecordLayout.FIXED_BYTES) {
      throw shorter(frame);
    }
    MemorySegment record = MemorySegment.ofArray(frame);
    int size = record.get(INT, RecordLayout.SIZE);
    if (size != frame.length) {
      throw new CorruptRecordException(
          "record says it has " + size + " bytes, but there are " + frame.length);
    }
    int version = Byte.toUnsignedInt(frame[RecordLayout.RECORD_VERSION]);
    if (version != RecordLayout.VERSION) {
      throw new UnknownRecordVersionException(
          version == 0
              ? "record of programs whose layout this release cannot read"
              : "record of version " + version + ", this release reads " + RecordLayout.VERSION);
    }
    if (frame.length < RecordLayout.HEADER_SIZE) {
      throw shorter(frame);
    }
    Texts texts = new Texts(frame, record);
    KernelText type = texts.next();
    KernelText description = texts.next();
    KernelText callout = texts.next();
    KernelText executable = texts.next();
    KernelText cgroup = texts.next();
    KernelText userType = texts.next();
    KernelText userDescription = texts.next();
    KernelText userCallout = texts.next();
    KernelText namedType = texts.next();
    KernelText name = texts.next();
    KernelText service = texts.next();
    texts.requireEnd();
    HitKind kind = kindOf(frame);
    HitHeader header = header(frame, record, caller(frame, record, executable, cgroup, service));
    Tampering tampering =
        new Tampering(
            known(
                Tampering.Verdict.values(),
                frame[RecordLayout.TAMPERING],
                Tampering.Verdict.UNKNOWN),
            known(
                Tampering.Reason.values(),
                frame[RecordLayout.TAMPERING_REASON],
                Tampering.Reason.NONE),
            userType,
            userDescription,
            userCallout);
    return switch (kind) {
      case REQUEST_KEY ->
          new RequestKeyHit(
              header,
              type,
              description,
              callout,
              key(record, 1),
              flag(record, RecordLayout.FLAG_KERNEL_ORIGIN),
              known(Outcome.values(), frame[RecordLayout.OUTCOME], Outcome.UNKNOWN),
              tampering,
              access(record));
      case ADD_KEY ->
          new AddKeyHit(
              header,
              type,
              description,
              argument(record, 0),
              key(record, 1),
              tampering,
              access(record));
      case KEYCTL ->
          new KeyctlHit(
              header,
              record.get(INT, RecordLayout.OPERATION),
              argument(record, 0),
              argument(record, 1),
              argument(record, 2),
              argument(record, 3),
              List.of(key(record, 0), key(record, 1), key(record, 2), key(record, 3)),
              type,
              description,
              namedType,
              name,
              access(record),
              origin(frame, record));
      case UPCALL ->
          new UpcallHit(
              header,
              key(record, 0).serial(),
              record.get(INT, RecordLayout.AUTH_KEY),
              record.get(INT, RecordLayout.HELPER_PID),
              type,
              description);
      case KEY_FREED ->
          new KeyFreedHit(
              header,
              key(record, 0).serial(),
              known(KeyEnd.values(), frame[RecordLayout.KEY_END], KeyEnd.UNKNOWN),
              type,
              description,
              origin(frame, record));
    };
  }

  private static CorruptRecordException shorter(byte[] frame) {
    return new CorruptRecordException(
        "record of " + frame.length + " bytes, shorter than its header");
  }

  /**
   * The kind under which the kernel side counted a record, of whatever version it is.
   *
   * @return null when it is too short to say, or says a kind that this release does not know
   */
  public static @Nullable HitKind kind(byte[] frame) {
    if (frame.length >= RecordLayout.FIXED_BYTES) {
      for (HitKind kind : HitKind.values()) {
        if (kind.number() == frame[RecordLayout.KIND]) {
          return kind;
        }
      }
    }
    return null;
  }

  /**
   * Whether the kernel side counted a record under that kind, of whatever version it is.
   *
   * @param data memory that holds the record
   * @param offset where it begins
   * @param length its bytes
   */
  public static boolean is(HitKind kind, MemorySegment data, long offset, long length) {
    return length >= RecordLayout.FIXED_BYTES
        && data.get(ValueLayout.JAVA_BYTE, offset + RecordLayout.KIND) == kind.number();
  }

  /**
   * The sequence number of a record, see {@link HitHeader#sequence()}, without decoding it. It is
   * where it is in every version.
   *
   * @param data memory that holds the record
   * @param offset where it begins
   * @param length its bytes
   * @return 0 when it is too short to say
   */
  public static long sequence(MemorySegment data, long offset, long length) {
    return length < RecordLayout.FIXED_BYTES ? 0 : data.get(LONG, offset + RecordLayout.SEQ);
  }

  private static HitHeader header(byte[] frame, MemorySegment record, Caller caller)
      throws CorruptRecordException {
    if (zero(record, RecordLayout.TRACE_ID, 16) || zero(record, RecordLayout.SPAN_ID, 8)) {
      throw new CorruptRecordException("record without ids");
    }
    long start = record.get(LONG, RecordLayout.START_NS);
    long end = record.get(LONG, RecordLayout.END_NS);
    if (start <= 0 || end < start) {
      throw new CorruptRecordException("record that ends at " + end + " ns, begun at " + start);
    }
    return new HitHeader(
        record.get(LONG, RecordLayout.SEQ),
        hex(frame, RecordLayout.TRACE_ID, 16),
        hex(frame, RecordLayout.SPAN_ID, 8),
        zero(record, RecordLayout.PARENT_SPAN_ID, 8)
            ? null
            : hex(frame, RecordLayout.PARENT_SPAN_ID, 8),
        start,
        end,
        record.get(LONG, RecordLayout.RESULT),
        flag(record, RecordLayout.FLAG_COMPAT),
        flag(record, RecordLayout.FLAG_KERNEL_COPIES),
        Short.toUnsignedInt(record.get(SHORT, RecordLayout.RESTARTS)),
        known(Correlation.values(), frame[RecordLayout.CORRELATION], Correlation.NONE),
        application(frame, record),
        caller);
  }

  private static @Nullable ApplicationSpan application(byte[] frame, MemorySegment record) {
    if (zero(record, RecordLayout.APP_TRACE_ID, 16) || zero(record, RecordLayout.APP_SPAN_ID, 8)) {
      return null;
    }
    return new ApplicationSpan(
        hex(frame, RecordLayout.APP_TRACE_ID, 16),
        hex(frame, RecordLayout.APP_SPAN_ID, 8),
        Byte.toUnsignedInt(frame[RecordLayout.APP_FLAGS]),
        flag(record, RecordLayout.FLAG_APP_PARENT));
  }

  private static Caller caller(
      byte[] frame,
      MemorySegment record,
      KernelText executable,
      KernelText cgroup,
      KernelText service) {
    int namespacePid = record.get(INT, RecordLayout.NS_PID);
    int loginUid = record.get(INT, RecordLayout.LOGINUID);
    return new Caller(
        new ProcessIds(
            record.get(INT, RecordLayout.PID),
            record.get(INT, RecordLayout.TID),
            record.get(INT, RecordLayout.PPID)),
        namespacePid == 0
            ? null
            : new ProcessIds(
                namespacePid,
                record.get(INT, RecordLayout.NS_TID),
                record.get(INT, RecordLayout.NS_PPID)),
        record.get(LONG, RecordLayout.PROCESS_START_NS),
        record.get(LONG, RecordLayout.PARENT_START_NS),
        new Credentials(
            record.get(INT, RecordLayout.RUID),
            record.get(INT, RecordLayout.RGID),
            record.get(INT, RecordLayout.EUID),
            record.get(INT, RecordLayout.EGID)),
        flag(record, RecordLayout.FLAG_SERVICE_CREDS)
            ? new ServiceCredentials(
                record.get(INT, RecordLayout.SERVICE_UID),
                record.get(INT, RecordLayout.SERVICE_GID))
            : null,
        loginUid == -1 ? null : loginUid,
        record.get(INT, RecordLayout.SESSION_KEYRING),
        comm(frame),
        executable,
        record.get(LONG, RecordLayout.CGROUP_ID),
        cgroup,
        Integer.toUnsignedLong(record.get(INT, RecordLayout.USER_NS)),
        Integer.toUnsignedLong(record.get(INT, RecordLayout.PID_NS)),
        service);
  }

  private static @Nullable KeyAccess access(MemorySegment record) {
    return flag(record, RecordLayout.FLAG_KEY_ACCESS)
        ? new KeyAccess(
            record.get(INT, RecordLayout.KEY_UID),
            record.get(INT, RecordLayout.KEY_GID),
            record.get(INT, RecordLayout.KEY_PERM))
        : null;
  }

  private static KeyReference key(MemorySegment record, int index) {
    long at = RecordLayout.KEY + (long) RecordLayout.KEY_SIZE * index;
    return new KeyReference(
        record.get(INT, at + RecordLayout.KEY_GIVEN),
        record.get(INT, at + RecordLayout.KEY_RESOLVED));
  }

  private static boolean flag(MemorySegment record, int bit) {
    return (record.get(SHORT, RecordLayout.FLAGS) & bit) != 0;
  }

  /** A record of another kind has other fields. */
  private static HitKind kindOf(byte[] frame) throws CorruptRecordException {
    HitKind kind = kind(frame);
    if (kind == null) {
      throw new CorruptRecordException("record of unknown kind " + frame[RecordLayout.KIND]);
    }
    return kind;
  }

  /**
   * The constants of these enums stand in the order of their C numbers. What a newer release adds
   * to one is not known here; the rest of the record is.
   */
  private static <E> E known(E[] values, int number, E otherwise) {
    return number >= 0 && number < values.length ? values[number] : otherwise;
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

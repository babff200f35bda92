/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Makes a record of another release's layout one of ours, field by field. What it has and we do not
 * know is left out. Stateless; safe for any thread.
 */
final class RecordTranslation {

  /** Ours, and made anew or of no meaning. */
  private static final Set<String> NOT_COPIED =
      Set.of("size", RecordShape.VERSION, RecordShape.TEXT, "reserved");

  private final RecordShape from;
  private final List<int[]> copies; // offset there, offset here, bytes

  private RecordTranslation(RecordShape from, List<int[]> copies) {
    this.from = from;
    this.copies = copies;
  }

  /**
   * From a layout.
   *
   * @throws UnknownRecordVersionException when it lacks a field, or has it in another size: what
   *     the record would say without it would not be true
   */
  static RecordTranslation of(RecordShape from) throws UnknownRecordVersionException {
    List<int[]> copies = new ArrayList<>();
    for (String field : RecordShape.OURS.offsets().keySet()) {
      if (NOT_COPIED.contains(field)) {
        continue;
      }
      int bytes = RecordShape.OURS.bytes(field);
      if (!from.offsets().containsKey(field) || from.bytes(field) != bytes) {
        throw new UnknownRecordVersionException(
            "records of version "
                + from.version()
                + " have no "
                + field
                + " that this release reads");
      }
      copies.add(new int[] {from.offset(field), RecordShape.OURS.offset(field), bytes});
    }
    return new RecordTranslation(from, copies);
  }

  /**
   * Translates one.
   *
   * @param record exactly the bytes of the record; not changed
   * @throws CorruptRecordException when they are no record of that layout
   */
  byte[] ours(byte[] record) throws CorruptRecordException {
    if (record.length < from.headerBytes()) {
      throw new CorruptRecordException(
          "record of " + record.length + " bytes, shorter than its header");
    }
    ByteBuffer old = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
    int size = old.getInt(RecordLayout.SIZE);
    int version = Byte.toUnsignedInt(record[RecordLayout.RECORD_VERSION]);
    if (size != record.length || version != from.version()) {
      throw new CorruptRecordException(
          "record of version "
              + version
              + " says it has "
              + size
              + " bytes, but there are "
              + record.length);
    }
    int texts = Math.min(from.texts(), RecordLayout.TEXTS);
    int data = dataBytes(old, texts);
    // Of strings that we do not know, which are the last ones, nothing is left.
    if (texts == from.texts()
        ? from.headerBytes() + data != size
        : from.headerBytes() + data > size) {
      throw new CorruptRecordException("record with strings of " + data + " bytes in " + size);
    }
    ByteBuffer made =
        ByteBuffer.allocate(RecordLayout.HEADER_SIZE + data).order(ByteOrder.LITTLE_ENDIAN);
    for (int[] copy : copies) {
      made.put(copy[1], record, copy[0], copy[2]);
    }
    made.put(
        RecordLayout.TEXT, record, from.offset(RecordShape.TEXT), texts * RecordLayout.TEXT_SIZE);
    made.put(RecordLayout.HEADER_SIZE, record, from.headerBytes(), data);
    made.putInt(RecordLayout.SIZE, made.capacity());
    made.put(RecordLayout.RECORD_VERSION, (byte) RecordLayout.VERSION);
    return made.array();
  }

  private int dataBytes(ByteBuffer old, int texts) {
    int bytes = 0;
    for (int i = 0; i < texts; i++) {
      int at = from.offset(RecordShape.TEXT) + RecordLayout.TEXT_SIZE * i;
      if (old.get(at + RecordLayout.TEXT_STATE) == RecordLayout.TEXT_PRESENT) {
        bytes += Short.toUnsignedInt(old.getShort(at + RecordLayout.TEXT_LEN));
      }
    }
    return bytes;
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SortedMap;
import java.util.TreeMap;

/** What another release's records may be like: fields further back, one more, one more string. */
final class OtherLayout {

  static final int VERSION = 9;
  static final RecordShape SHAPE = shape(VERSION);

  private static final int SHIFT = 8;

  private OtherLayout() {}

  static RecordShape shape(int version) {
    SortedMap<String, Integer> offsets = new TreeMap<>(RecordShape.OURS.offsets());
    offsets.replaceAll((_, at) -> shifted(at));
    offsets.put("new_field", RecordLayout.FIXED_BYTES);
    // One string more takes the place of what is reserved.
    offsets.remove("reserved");
    return new RecordShape(version, RecordLayout.HEADER_SIZE + SHIFT, offsets);
  }

  private static int shifted(int at) {
    return at < RecordLayout.FIXED_BYTES ? at : at + SHIFT;
  }

  /** A record of ours as that release has it, with the given string besides. */
  static byte[] of(byte[] ours, String unknown) {
    byte[] frame = new byte[ours.length + SHIFT + unknown.length()];
    System.arraycopy(ours, 0, frame, 0, RecordLayout.FIXED_BYTES);
    System.arraycopy(
        ours,
        RecordLayout.FIXED_BYTES,
        frame,
        RecordLayout.FIXED_BYTES + SHIFT,
        ours.length - RecordLayout.FIXED_BYTES);
    ByteBuffer b = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
    b.putInt(RecordLayout.SIZE, frame.length);
    b.put(RecordLayout.RECORD_VERSION, (byte) VERSION);
    b.putLong(RecordLayout.FIXED_BYTES, -1);
    int text = shifted(RecordLayout.TEXT) + RecordLayout.TEXT_SIZE * RecordLayout.TEXTS;
    b.putShort(text + RecordLayout.TEXT_LEN, (short) unknown.length());
    b.put(text + RecordLayout.TEXT_STATE, (byte) RecordLayout.TEXT_PRESENT);
    for (int i = 0; i < unknown.length(); i++) {
      b.put(ours.length + SHIFT + i, (byte) unknown.charAt(i));
    }
    return frame;
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The layouts of record that can be read: this release's, and those that older and newer ones have
 * described. They are kept beside what holds records for long, so that whoever reads it next knows
 * them. Immutable; safe for any thread.
 */
public final class RecordVersions {

  /** What is kept takes no more bytes than this: the oldest versions are left out. */
  public static final int MAX_BYTES = 4000;

  private static final String MAGIC = "requestkey records\t1";

  private final NavigableMap<Integer, RecordShape> shapes;
  private final Map<Integer, RecordTranslation> translations = new HashMap<>();

  private RecordVersions(NavigableMap<Integer, RecordShape> shapes) {
    this.shapes = shapes;
    for (RecordShape shape : shapes.values()) {
      try {
        translations.put(shape.version(), RecordTranslation.of(shape));
      } catch (UnknownRecordVersionException e) {
        // Said for each record of it.
      }
    }
  }

  /** This release's alone. */
  public static RecordVersions ours() {
    return of(new byte[0]);
  }

  /**
   * This release's, and what was kept.
   *
   * @param kept of {@link #encode}, by any release; what makes no sense is left out, and records of
   *     that version are then told to be of an unknown one
   */
  public static RecordVersions of(byte[] kept) {
    NavigableMap<Integer, RecordShape> shapes = new TreeMap<>();
    String[] lines = new String(kept, StandardCharsets.UTF_8).split("\n", -1);
    if (lines[0].equals(MAGIC)) {
      for (int i = 1; i < lines.length; i++) {
        try {
          RecordShape shape = RecordShape.of(List.of(lines[i].split("\t", -1)));
          shapes.put(shape.version(), shape);
        } catch (IllegalArgumentException e) {
          // Of that version nothing is known.
        }
      }
    }
    shapes.put(RecordShape.OURS.version(), RecordShape.OURS);
    return new RecordVersions(shapes);
  }

  /** What to keep. */
  public byte[] encode() {
    StringBuilder text = new StringBuilder(MAGIC);
    text.append('\n').append(line(RecordShape.OURS));
    for (RecordShape shape : shapes.descendingMap().values()) {
      String line = line(shape);
      if (!shape.equals(RecordShape.OURS) && text.length() + 1 + line.length() <= MAX_BYTES) {
        text.append('\n').append(line);
      }
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String line(RecordShape shape) {
    return String.join("\t", shape.words());
  }

  /**
   * Decodes one record of any of these versions.
   *
   * @param frame exactly the bytes of the record
   * @throws UnknownRecordVersionException when it is of none of them, or of one that lacks a field
   *     this release cannot do without
   * @throws CorruptRecordException when the bytes are no record of their version
   */
  public KeyHit decode(byte[] frame) throws CorruptRecordException {
    if (frame.length >= RecordLayout.FIXED_BYTES) {
      int version = Byte.toUnsignedInt(frame[RecordLayout.RECORD_VERSION]);
      RecordTranslation translation = translations.get(version);
      if (translation != null && version != RecordLayout.VERSION) {
        return RecordDecoder.decode(translation.ours(frame));
      }
    }
    return RecordDecoder.decode(frame);
  }
}

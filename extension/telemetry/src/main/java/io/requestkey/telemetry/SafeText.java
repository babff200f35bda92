/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

/**
 * Text from programs nobody trusts, made fit for one line of a log or a terminal. Descriptions,
 * callout strings and thread names may hold anything: line ends that fake a second record, escape
 * sequences that rewrite the screen or its title, marks that turn the reading order around.
 */
final class SafeText {

  /** Appends text in double quotes, with at most a number of its characters, then {@code ...}. */
  static void quote(StringBuilder out, String text, int limit) {
    out.append('"');
    int end = text.length();
    if (end > limit) {
      end = Character.isHighSurrogate(text.charAt(limit - 1)) ? limit - 1 : limit;
    }
    append(out, text, end, true);
    out.append('"');
    if (end < text.length()) {
      out.append("...");
    }
  }

  /** Appends text as it is, but for what could do harm. */
  static void escape(StringBuilder out, String text) {
    append(out, text, text.length(), false);
  }

  private static void append(StringBuilder out, String text, int end, boolean quoted) {
    int from = 0;
    for (int i = 0; i < end; ) {
      char c = text.charAt(i);
      if (c >= ' ' && c < 0x7f && c != '\\' && !(quoted && c == '"')) {
        i++;
        continue;
      }
      int codePoint = text.codePointAt(i);
      int next = i + Character.charCount(codePoint);
      if (c == '\\' || c == '"' || !harmless(codePoint)) {
        out.append(text, from, i);
        appendEscaped(out, codePoint);
        from = next;
      }
      i = next;
    }
    out.append(text, from, end);
  }

  /**
   * Whether a character only ever shows itself: not a control, nor one that turns or joins text,
   * ends a line, is half a character or is not assigned (and so of unknown width).
   */
  static boolean harmless(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }

  private static void appendEscaped(StringBuilder out, int codePoint) {
    switch (codePoint) {
      case '\\' -> out.append("\\\\");
      case '"' -> out.append("\\\"");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        if (codePoint < 0x100) {
          out.append("\\x");
          out.append(Character.forDigit(codePoint >> 4, 16));
          out.append(Character.forDigit(codePoint & 0xf, 16));
        } else {
          out.append("\\u{").append(Integer.toHexString(codePoint)).append('}');
        }
      }
    }
  }

  private SafeText() {}
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

/** Makes text of unknown origin fit for one line of a log. */
final class OneLine {

  /** Characters kept. Long enough for a cause, short enough for a log line. */
  private static final int LIMIT = 400;

  private OneLine() {}

  static String of(String text) {
    StringBuilder line = new StringBuilder(Math.min(text.length(), LIMIT));
    boolean gap = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (unprintable(c)) {
        gap = true;
        continue;
      }
      if (gap && !line.isEmpty()) {
        line.append(' ');
      }
      gap = false;
      line.append(c);
      if (line.length() >= LIMIT) {
        return line.append("...").toString();
      }
    }
    return line.toString();
  }

  // Line and paragraph separators and the direction marks forge lines as well as a line feed does.
  private static boolean unprintable(char c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}

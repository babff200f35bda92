/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The names of a journal's files. Anything else in its directory is not ours. */
final class JournalFiles {

  static final String LOCK = "lock";
  static final String DAMAGED = "damaged";

  private static final String NAME = "[a-z0-9_]{1,32}";
  private static final Pattern SEGMENT = Pattern.compile("segment-(\\d{16})\\.journal");
  private static final Pattern CURSOR = Pattern.compile("reader-(" + NAME + ")\\.cursor");
  private static final Pattern STATE = Pattern.compile("state-(" + NAME + ")\\.state");
  private static final Pattern LEFTOVER =
      Pattern.compile(
          "(spare-\\d{1,19}|"
              + SEGMENT.pattern()
              + "|"
              + CURSOR.pattern()
              + "|"
              + STATE.pattern()
              + ")\\.tmp");

  private JournalFiles() {}

  static String segment(long number) {
    return "segment-%016d.journal".formatted(number);
  }

  /** The number of the segment of that name; -1 when it is no such name. */
  static long segmentNumber(String name) {
    Matcher matcher = SEGMENT.matcher(name);
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
  }

  static String cursor(String reader) {
    return checked(CURSOR, "reader-" + reader + ".cursor");
  }

  /** The reader of that cursor; null when it is no such name. */
  static @Nullable String reader(String name) {
    Matcher matcher = CURSOR.matcher(name);
    return matcher.matches() ? matcher.group(1) : null;
  }

  static String state(String state) {
    return checked(STATE, "state-" + state + ".state");
  }

  /** The state of that name; null when it is no such name. */
  static @Nullable String stateName(String name) {
    Matcher matcher = STATE.matcher(name);
    return matcher.matches() ? matcher.group(1) : null;
  }

  static String spare(long number) {
    return "spare-" + number + ".tmp";
  }

  /** Whether it is what an interrupted agent was about to make. */
  static boolean leftover(String name) {
    return LEFTOVER.matcher(name).matches();
  }

  private static String checked(Pattern pattern, String name) {
    if (!pattern.matcher(name).matches()) {
      throw new IllegalArgumentException("a name of lower-case letters and digits: " + name);
    }
    return name;
  }
}

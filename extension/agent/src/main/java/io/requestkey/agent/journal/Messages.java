/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** What a person should know about a journal, one line each. Any thread. */
final class Messages {

  private final String prefix;
  private final Consumer<String> lines;
  private final Set<String> said = ConcurrentHashMap.newKeySet();

  /**
   * Messages.
   *
   * @param journal what they are about
   * @param lines gets them
   */
  Messages(String journal, Consumer<String> lines) {
    this.prefix = "journal " + journal + ": ";
    this.lines = lines;
  }

  void say(String message) {
    lines.accept(prefix + message);
  }

  /** Says it the first time only: what goes wrong once a frame would fill the terminal. */
  void sayOnce(String message) {
    if (said.add(message)) {
      say(message);
    }
  }
}

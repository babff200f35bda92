/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.requestkey.agent.Diagnostics;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Tells the person at the terminal what is wrong, at most one line a minute of a kind while it
 * stays so. For one thread.
 */
final class Complaints {

  private static final long REPEAT_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final String STUCK = "stuck";

  private final Diagnostics diagnostics;
  private final Map<String, Long> saidNanos = new HashMap<>();
  private final Set<String> saidForGood = new HashSet<>();
  private boolean stuck;

  Complaints(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  /** Nothing moves. */
  void stuck(String message) {
    stuck = true;
    say(STUCK, message);
  }

  /** Something is lost, but what comes next may not be. */
  void lost(String kind, String message) {
    say(kind, message);
  }

  /** Something that stays so until things flow again. */
  void once(String kind, String message) {
    if (saidForGood.add(kind)) {
      diagnostics.warn(message);
    }
  }

  /** It moves. */
  void flow(String message) {
    if (stuck || !saidForGood.isEmpty()) {
      diagnostics.info(message);
    }
    stuck = false;
    saidForGood.clear();
    saidNanos.remove(STUCK);
  }

  private void say(String kind, String message) {
    long now = System.nanoTime();
    Long said = saidNanos.get(kind);
    if (said == null || now - said > REPEAT_NANOS) {
      saidNanos.put(kind, now);
      diagnostics.warn(message);
    }
  }
}

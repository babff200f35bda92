/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What became of one signal's records in this process. Only ever growing. Any thread. */
final class SignalBooks {

  private final LongAdder delivered = new LongAdder();
  private final Map<String, LongAdder> lost = new ConcurrentHashMap<>();

  void delivered(long records) {
    delivered.add(records);
  }

  void lost(String reason, long records) {
    if (records > 0) {
      lost.computeIfAbsent(reason, _ -> new LongAdder()).add(records);
    }
  }

  long delivered() {
    return delivered.sum();
  }

  Map<String, Long> lost() {
    Map<String, Long> copy = new TreeMap<>();
    lost.forEach((reason, count) -> copy.put(reason, count.sum()));
    return copy;
  }
}

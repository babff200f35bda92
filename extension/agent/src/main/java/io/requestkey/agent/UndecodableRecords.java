/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * Says that records cannot be decoded: once for each reason they are lost for, as there may be very
 * many. How many there are is in the ledger. Any thread.
 */
final class UndecodableRecords implements BiConsumer<String, String> {

  private final Diagnostics diagnostics;
  private final Set<String> said = ConcurrentHashMap.newKeySet();

  UndecodableRecords(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  @Override
  public void accept(String reason, String why) {
    if (said.add(reason)) {
      diagnostics.warn("a record cannot be decoded and is lost (" + reason + "): " + why);
    }
  }
}

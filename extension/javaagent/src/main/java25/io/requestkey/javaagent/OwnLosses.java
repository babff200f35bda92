/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.requestkey.capture.KernelCounts;
import io.requestkey.capture.KernelLoss;
import io.requestkey.telemetry.LossRecord;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Tells in the telemetry itself which calls were lost since it was told last. For one thread. */
final class OwnLosses {

  static final String UNDECODABLE = "undecodable";

  private final LossRecord.Maker maker;
  private final long startEpochNanos;
  private final Map<String, Told> told = new LinkedHashMap<>();
  private long undecodable;

  private record Told(long total, long epochNanos) {}

  OwnLosses(LossRecord.Maker maker, long nowEpochNanos) {
    this.maker = maker;
    this.startEpochNanos = nowEpochNanos;
  }

  /** A record could not be decoded. */
  void undecodable() {
    undecodable++;
  }

  /**
   * Tells what is new.
   *
   * @param counts of the kernel side, since its beginning
   */
  void tell(KernelCounts counts, long nowEpochNanos, Consumer<LogRecordData> out) {
    Map<String, Long> totals = new LinkedHashMap<>();
    for (Map.Entry<KernelLoss, Long> lost : counts.all().lost().entrySet()) {
      totals.put(lost.getKey().label(), lost.getValue());
    }
    totals.put(UNDECODABLE, undecodable);
    totals.forEach((reason, total) -> {
      Told last = told.getOrDefault(reason, new Told(0, startEpochNanos));
      if (total > last.total()) {
        out.accept(
            maker.make(reason, null, total - last.total(), last.epochNanos(), nowEpochNanos));
        told.put(reason, new Told(total, nowEpochNanos));
      }
    });
  }
}

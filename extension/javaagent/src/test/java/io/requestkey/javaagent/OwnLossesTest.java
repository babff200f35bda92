/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;
import io.requestkey.capture.HitKind;
import io.requestkey.capture.KernelCounts;
import io.requestkey.capture.KernelLoss;
import io.requestkey.capture.KindCounts;
import io.requestkey.telemetry.KeyringAttributes;
import io.requestkey.telemetry.LossRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OwnLossesTest {

  private final OwnLosses losses = new OwnLosses(LossRecord.maker(Resource.empty(), "test"), 1_000);
  private final List<LogRecordData> told = new ArrayList<>();

  private static KernelCounts ringFull(long requests, long keyctls) {
    return new KernelCounts(
        Map.of(
            HitKind.REQUEST_KEY,
            new KindCounts(100, 0, 100 - requests, Map.of(KernelLoss.RING_FULL, requests)),
            HitKind.KEYCTL,
            new KindCounts(100, 0, 100 - keyctls, Map.of(KernelLoss.RING_FULL, keyctls))),
        0);
  }

  @Test
  void nothingIsToldOfNothing() {
    losses.tell(ringFull(0, 0), 2_000, told::add);
    assertThat(told).isEmpty();
  }

  @Test
  void whatIsNewIsToldWithSinceWhen() {
    losses.tell(ringFull(2, 1), 2_000, told::add);
    losses.tell(ringFull(2, 1), 3_000, told::add);
    losses.tell(ringFull(2, 5), 4_000, told::add);

    assertThat(told)
        .extracting(
            LogRecordData::getEventName,
            log -> log.getAttributes().get(KeyringAttributes.LOSS_REASON),
            log -> log.getAttributes().get(KeyringAttributes.LOSS_COUNT),
            log -> log.getAttributes().get(KeyringAttributes.LOSS_SINCE),
            LogRecordData::getTimestampEpochNanos)
        .containsExactly(
            tuple("keyring.loss", "ring_full", 3L, 1_000L, 2_000L),
            tuple("keyring.loss", "ring_full", 4L, 2_000L, 4_000L));
  }

  @Test
  void recordsThatCannotBeDecodedAreLostToo() {
    losses.undecodable();
    losses.tell(KernelCounts.none(), 2_000, told::add);

    assertThat(told)
        .extracting(log -> log.getAttributes().get(KeyringAttributes.LOSS_REASON))
        .containsExactly("undecodable");
  }
}

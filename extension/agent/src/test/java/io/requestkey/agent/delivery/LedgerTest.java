/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.requestkey.agent.http.LedgerJson;
import io.requestkey.capture.HitKind;
import io.requestkey.capture.KernelCounts;
import io.requestkey.capture.KernelLoss;
import io.requestkey.capture.KindCounts;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LedgerTest {

  private static KernelCounts counts(long hits, long filtered, long ringFull) {
    return new KernelCounts(
        Map.of(
            HitKind.REQUEST_KEY,
            new KindCounts(
                hits,
                filtered,
                hits - filtered - ringFull,
                Map.of(KernelLoss.RING_FULL, ringFull))),
        0);
  }

  @Test
  void eachSignalBalancesByItself() {
    Ledger ledger = new Ledger(EnumSet.allOf(Signal.class));
    ledger.kernel(() -> counts(100, 10, 5));
    ledger.of(Signal.LOGS).delivered(80);
    ledger.of(Signal.TRACES).delivered(60);
    ledger.of(Signal.TRACES).lost("rejected", 3);

    assertThat(LedgerJson.of(ledger).encode())
        .isEqualTo(
            "{\"logs\":{\"hits\":100,\"filtered\":10,\"delivered\":80,\"in_flight\":5,"
                + "\"lost\":{\"ring_full\":5}},"
                + "\"traces\":{\"hits\":100,\"filtered\":10,\"delivered\":60,\"in_flight\":22,"
                + "\"lost\":{\"rejected\":3,\"ring_full\":5}}}");
  }

  @Test
  void aSignalThatIsOffIsNoPartOfTheBooks() {
    Ledger ledger = new Ledger(EnumSet.of(Signal.LOGS));
    assertThat(LedgerJson.of(ledger).fieldNames()).containsExactly("logs");
    assertThatThrownBy(() -> ledger.of(Signal.TRACES)).hasMessageContaining("switched off");
  }
}

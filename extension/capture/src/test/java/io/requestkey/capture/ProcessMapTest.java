/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ProcessMapTest {

  @Test
  void walkThatBeginsAnewCountsNobodyTwice() {
    // 11 was deleted when it was asked what follows it.
    Iterator<Integer> kernel = List.of(10, 11, 10, 12).iterator();
    assertThat(ProcessMap.walked(_ -> kernel.hasNext() ? kernel.next() : null))
        .containsExactly(10, 11, 12);
  }

  @Test
  void walkInCirclesEnds() {
    assertThat(ProcessMap.walked(from -> from == null ? 1 : 3 - from)).containsExactly(1, 2);
  }

  @Test
  void emptyMap() {
    assertThat(ProcessMap.walked(_ -> null)).isEmpty();
  }
}

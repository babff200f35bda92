/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnchoredBootClockTest {

  private static final long OFFSET = 1_000_000_000_000L;
  private static final long HOUR = 3_600_000_000_000L;

  private final FakeClocks clocks = new FakeClocks(50);

  @Test
  void tellsTheTimeOfBoot() {
    assertThat(new AnchoredBootClock(clocks).offsetNanos()).isEqualTo(OFFSET);
  }

  @Test
  void takesTheReadingWithTheLeastDelay() {
    clocks.delays(90_000, 40, 9_000_000, 300);

    assertThat(new AnchoredBootClock(clocks).offsetNanos()).isEqualTo(OFFSET + 40);
  }

  @Test
  void delayBetweenTheReadingsIsNoStep() {
    AnchoredBootClock clock = new AnchoredBootClock(clocks);
    clocks.pass(HOUR);
    clocks.delays(AnchoredBootClock.STEP_NANOS - 1);

    assertThat(clock.reanchor()).isFalse();
    assertThat(clock.offsetNanos()).isEqualTo(OFFSET);
  }

  @Test
  void aStepOfTheWallClockIsFollowedOnceItIsFound() {
    AnchoredBootClock clock = new AnchoredBootClock(clocks);
    clocks.pass(1_000);
    clocks.stepWall(-HOUR);

    assertThat(clock.offsetNanos()).isEqualTo(OFFSET);
    assertThat(clock.reanchor()).isTrue();
    assertThat(clock.offsetNanos()).isEqualTo(OFFSET - HOUR);
  }
}

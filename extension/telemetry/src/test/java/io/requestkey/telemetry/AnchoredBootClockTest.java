/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class AnchoredBootClockTest {

  private static final long OFFSET = 1_000_000_000_000L;
  private static final long HOUR = 3_600_000_000_000L;

  private final FakeClocks clocks = new FakeClocks(50);

  @Test
  void addsTheTimeOfBoot() {
    AnchoredBootClock clock = new AnchoredBootClock(clocks);

    assertThat(clock.epochNanos(7)).isEqualTo(OFFSET + 7);
    assertThat(clock.epochNanos(5_000)).isEqualTo(OFFSET + 5_000);
  }

  @Test
  void takesTheReadingWithTheLeastDelay() {
    clocks.delays(90_000, 40, 9_000_000, 300);

    assertThat(new AnchoredBootClock(clocks).epochNanos(0)).isEqualTo(OFFSET + 40);
  }

  @Test
  void delayBetweenTheReadingsIsNoStep() {
    AnchoredBootClock clock = new AnchoredBootClock(clocks);
    ClockAnchors before = clock.anchors();
    clocks.pass(HOUR);
    clocks.delays(AnchoredBootClock.STEP_NANOS - 1);

    assertThat(clock.reanchor()).isFalse();
    assertThat(clock.anchors()).isSameAs(before);
  }

  @Test
  void aStepHoldsFromWhenItWasFound() {
    AnchoredBootClock clock = new AnchoredBootClock(clocks);
    clocks.pass(1_000);
    clocks.stepWall(-HOUR);

    assertThat(clock.reanchor()).isTrue();

    assertThat(clock.epochNanos(1_049)).isEqualTo(OFFSET + 1_049);
    assertThat(clock.epochNanos(1_050)).isEqualTo(OFFSET + 1_050 - HOUR);
  }

  @Test
  void anotherProcessGoesOnFromTheAnchorsKept() {
    AnchoredBootClock first = new AnchoredBootClock(clocks);
    clocks.pass(1_000);
    clocks.stepWall(HOUR);
    first.reanchor();

    clocks.pass(1_000);
    clocks.stepWall(HOUR);
    AnchoredBootClock second = new AnchoredBootClock(clocks, first.anchors());

    assertThat(second.epochNanos(60)).isEqualTo(first.epochNanos(60));
    assertThat(second.epochNanos(2_000)).isEqualTo(first.epochNanos(2_000));
    assertThat(second.anchors().anchors()).hasSize(3);
  }

  @Test
  void forgetsTheOldestStepsOnly() {
    AnchoredBootClock clock = new AnchoredBootClock(clocks);
    for (int i = 0; i < 2 * ClockAnchors.LIMIT; i++) {
      clocks.pass(1_000);
      clocks.stepWall(HOUR);
      clock.reanchor();
    }

    assertThat(clock.anchors().anchors()).hasSize(ClockAnchors.LIMIT);
    assertThat(clock.anchors().newest().offsetNanos())
        .isEqualTo(OFFSET + 2L * ClockAnchors.LIMIT * HOUR);
  }

  @Test
  void anchorsHaveToBeInOrder() {
    ClockAnchor one = new ClockAnchor(1, 1);

    assertThatIllegalArgumentException().isThrownBy(() -> new ClockAnchors(List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> new ClockAnchors(List.of(one, one)));
  }
}

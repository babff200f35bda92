/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a frame was taken, whatever is done to the wall clock meanwhile. */
final class StampsTest {

  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);

  /** A wall clock that can be stepped, above kernel time that began 100 s ago. */
  private static final class Stepped implements Clocks {

    long nanos = TimeUnit.SECONDS.toNanos(100);
    long offset = 1_700_000_000_000_000_000L;
    int offsetsRead;

    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public long epochNanos() {
      return offset + nanos;
    }

    @Override
    public long bootOffsetNanos() {
      offsetsRead++;
      return offset;
    }
  }

  private final Stepped clocks = new Stepped();
  private final Stamps stamps = new Stamps(clocks);

  private long bootNanos() {
    stamps.now();
    return stamps.observed() - stamps.bootOffset();
  }

  @Test
  void aStepOfTheWallClockDoesNotShowInKernelTime() {
    for (long step : new long[] {HOUR, -HOUR, MILLI}) {
      assertThat(bootNanos()).isEqualTo(clocks.nanos);
      clocks.offset += step;
      for (int i = 0; i < 300; i++) {
        clocks.nanos += MILLI / 2;
        assertThat(bootNanos()).as("step %d, %d half ms later", step, i).isEqualTo(clocks.nanos);
      }
      assertThat(stamps.observed()).isEqualTo(clocks.epochNanos());
    }
  }

  @Test
  void theOffsetIsReadOnlyNowAndThen() {
    for (int i = 0; i < 1_000; i++) {
      clocks.nanos += MILLI;
      stamps.now();
    }
    assertThat(clocks.offsetsRead).isEqualTo(4);
  }
}

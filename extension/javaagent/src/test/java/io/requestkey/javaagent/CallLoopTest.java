/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is done in turn, with a clock that each look at the ring puts on. */
final class CallLoopTest {

  private static final int FULL = CallLoop.MAX_DRAIN;

  private final List<String> done = new ArrayList<>();
  private long nanos = 1;
  private long drainNanos = TimeUnit.MILLISECONDS.toNanos(100);
  private boolean holds;
  private int drains;

  /** Runs; the ring gives {@code taken} each time, and the stop comes after {@code turns}. */
  private void run(int turns, int... taken) throws Exception {
    CallLoop.Work work =
        new CallLoop.Work() {
          @Override
          public int drain(int max) {
            nanos += drainNanos;
            return taken[Math.min(drains++, taken.length - 1)];
          }

          @Override
          public void tick() {
            done.add("tick");
          }

          @Override
          public boolean holds() {
            return holds;
          }

          @Override
          public void tellLosses() {
            done.add("losses");
          }

          @Override
          public void await(int millis) {
            done.add("await " + millis);
          }
        };
    new CallLoop(work, () -> drains >= turns, () -> nanos).run();
  }

  @Test
  void waitsWhileNothingIsCalled() throws Exception {
    run(2, 0, 0, 0);

    assertThat(done).containsExactly("tick", "await 500", "tick", "await 500", "tick", "losses");
  }

  @Test
  void waitsForLessWhileASpanIsHeld() throws Exception {
    holds = true;
    run(1, 0);

    assertThat(done).containsExactly("tick", "await 100", "tick", "losses");
  }

  @Test
  void calledWithoutEndSpansAreLetGoAndLossesTold() throws Exception {
    run(250, FULL);

    assertThat(done).filteredOn("losses"::equals).hasSize(3);
    assertThat(done).filteredOn("tick"::equals).hasSizeGreaterThan(250);
    assertThat(done).noneMatch(what -> what.startsWith("await"));
  }

  @Test
  void calledWithoutEndTheEndComesAllTheSame() throws Exception {
    run(1, FULL);

    assertThat(drains).isBetween(10, 12);
    assertThat(done).last().isEqualTo("losses");
  }

  @Test
  void whatWasCalledBeforeTheStopIsTaken() throws Exception {
    run(1, 1, FULL, FULL, 3, 99);

    assertThat(drains).isEqualTo(4);
  }
}

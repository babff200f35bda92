/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * That each policy loses nothing of a killed process; what a machine does cannot be tested here.
 */
final class SyncTest {

  @TempDir private Path temporary;

  private JournalFixture fixture(SyncPolicy policy) throws JournalException {
    return new JournalFixture(
            JournalFixture.files(temporary.resolve("journal"), 16)
                .withSync(policy, Duration.ofMillis(1)))
        .open();
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLostByAKill(SyncPolicy policy) throws Exception {
    JournalFixture fixture = fixture(policy);
    fixture.append(150);
    assertThat(fixture.finish("logs")).hasSize(150);
    fixture.append(150);
    fixture.killAndOpen();
    assertThat(fixture.finish("logs")).isEqualTo(numbers(150, 300));
    assertThat(fixture.finish("traces")).isEqualTo(numbers(0, 300));
    fixture.append(150);
    fixture.closeAndOpen();
    assertThat(fixture.finish("logs")).isEqualTo(numbers(300, 450));
    assertThat(fixture.messages).isEmpty();
    fixture.close();
  }

  @Test
  void theSyncerMeetsSegmentsThatComeAndGo() throws Exception {
    JournalFixture fixture = fixture(SyncPolicy.INTERVAL);
    fixture.close();
    fixture = new JournalFixture(fixture.options.withFull(FullPolicy.DROP_OLDEST)).open();
    long taken = 0;
    // traces acknowledges nothing, so the oldest go. Not under the syncer's hands: then a record is
    // refused and stays in the ring.
    while (fixture.journal().end() < 5000) {
      for (int i = 0; i < 100; i++) {
        boolean _ = fixture.append();
      }
      taken += fixture.finish("logs").size();
    }
    assertThat(taken).isEqualTo(fixture.journal().end());
    assertThat(fixture.reader("logs").dropped()).isZero();
    long end = fixture.journal().end();
    assertThat(fixture.finish("traces").size() + fixture.reader("traces").dropped()).isEqualTo(end);
    assertThat(fixture.reader("traces").dropped()).isPositive();
    fixture.close();
  }
}

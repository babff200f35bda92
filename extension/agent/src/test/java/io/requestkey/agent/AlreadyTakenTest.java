/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.requestkey.agent.journal.HitJournal;
import io.requestkey.agent.journal.JournalOptions;
import io.requestkey.agent.journal.Journals;
import io.requestkey.agent.journal.SyncPolicy;
import io.requestkey.capture.RingReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AlreadyTakenTest {

  private static final int SEQUENCE = 8;

  @TempDir private Path directory;
  private HitJournal journal;

  @BeforeEach
  void open() throws Exception {
    journal =
        Journals.open(
            JournalOptions.directory(directory, 1 << 20)
                .withSync(SyncPolicy.NONE, Duration.ofSeconds(1)),
            Set.of("logs"),
            _ -> {});
    for (int sequence = 1; sequence <= 3; sequence++) {
      assertThat(give(journal::append, sequence)).isTrue();
    }
  }

  private static boolean give(RingReader.Sink sink, long sequence) {
    MemorySegment record = MemorySegment.ofArray(new byte[100]);
    record.set(ValueLayout.JAVA_LONG_UNALIGNED, SEQUENCE, sequence);
    return sink.accept(record, 0, 100);
  }

  @Test
  void whatIsInTheJournalIsNotTakenAgain() throws Exception {
    RingReader.Sink sink = AlreadyTaken.of(journal, directory, Journals.bootId());
    for (int sequence = 2; sequence <= 5; sequence++) {
      assertThat(give(sink, sequence)).isTrue();
    }
    assertThat(journal.end()).isEqualTo(5);
  }

  @Test
  void theSameNumberOfAnotherBootIsAnotherRecord() throws Exception {
    RingReader.Sink sink = AlreadyTaken.of(journal, directory, "another boot");
    for (int sequence = 2; sequence <= 5; sequence++) {
      assertThat(give(sink, sequence)).isTrue();
    }
    assertThat(journal.end()).isEqualTo(7);
  }
}

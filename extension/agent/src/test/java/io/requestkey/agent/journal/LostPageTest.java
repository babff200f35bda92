/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mapped page whose medium fails is a SIGBUS; cutting the file short makes one. */
final class LostPageTest {

  @TempDir private Path temporary;

  @Test
  void costsWhatWasInItAndEndsNothing() throws Exception {
    try (JournalFixture fixture = JournalFixture.in(temporary)) {
      fixture.append(300);
      Path one = fixture.directory().resolve(JournalFiles.segment(1));
      try (RandomAccessFile file = new RandomAccessFile(one.toFile(), "rw")) {
        file.setLength(8192);
      }
      List<Long> taken = fixture.finish("logs");
      assertThat(taken).contains(0L, 299L).hasSizeLessThan(300);
      assertThat(taken.size() + fixture.reader("logs").damaged()).isEqualTo(300);
      fixture.append(10);
      assertThat(fixture.finish("logs")).hasSize(10);
    }
  }
}

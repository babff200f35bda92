/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import static io.requestkey.agent.journal.JournalFixture.NO_ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.requestkey.agent.journal.JournalInspection.ReaderInfo;
import io.requestkey.agent.journal.JournalInspection.SegmentInfo;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalInspectionTest {

  private final Path directory;
  @AutoClose private final JournalFixture fixture;

  JournalInspectionTest(@TempDir Path temporary) throws JournalException {
    fixture = JournalFixture.in(temporary);
    directory = fixture.directory();
  }

  @Test
  void seesARunningAgentsJournal() throws Exception {
    fixture.append(300);
    assertThat(fixture.take("logs", 100)).hasSize(100);
    fixture.reader("logs").acknowledge(100, new byte[7]);
    fixture.journal().state("kernel", new byte[1]);

    JournalInspection found = JournalInspection.of(directory);
    assertThat(found.holder()).isEqualTo(ProcessHandle.current().pid());
    assertThat(found.segments().stream().mapToLong(SegmentInfo::frames).sum()).isEqualTo(300);
    assertThat(found.segments())
        .extracting(SegmentInfo::complete)
        .endsWith(true, false)
        .as("only the last is being written")
        .containsOnlyOnce(false);
    assertThat(found.segments().getFirst())
        .extracting(SegmentInfo::first, SegmentInfo::firstObservedEpochNanos)
        .containsExactly(0L, FakeClocks.EPOCH);
    assertThat(found.end()).isEqualTo(300);
    assertThat(found.missing()).isZero();
    assertThat(found.readers())
        .containsExactly(
            new ReaderInfo("logs", 100, 200, 0, 0, 7, ""),
            new ReaderInfo("traces", 0, 300, 0, 0, 0, ""));
    assertThat(found.states()).containsExactly("state-kernel.state");
    assertThat(found.foreign()).isEmpty();
  }

  @Test
  void readsAllFramesFromANumberOn() throws Exception {
    fixture.append(300);
    List<Long> numbers = new ArrayList<>();
    JournalInspection.frames(
        directory,
        120,
        frame -> {
          assertThat(frame.record()).isEqualTo(JournalFixture.record(frame.number()));
          numbers.add(frame.number());
        });
    assertThat(numbers).isEqualTo(LongStream.range(120, 300).boxed().toList());
  }

  @Test
  void countsDamageAndChangesNothing() throws Exception {
    fixture.append(300);
    fixture.abandon();
    Path _ = Files.writeString(directory.resolve("notes"), "x");
    Path zero = directory.resolve(JournalFiles.segment(0));
    try (RandomAccessFile file = new RandomAccessFile(zero.toFile(), "rw")) {
      file.seek(SegmentHeader.BYTES + FrameFormat.RECORD);
      file.write(new byte[] {1, 2, 3, 4, 5});
    }
    Path one = directory.resolve(JournalFiles.segment(1));
    Path _ = Files.write(one, new byte[SegmentHeader.BYTES]);
    List<String> before = JournalDirectory.names(directory);

    JournalInspection found = JournalInspection.of(directory);
    assertThat(found.holder()).isNull();
    assertThat(found.segments().get(0).missing()).isEqualTo(1);
    assertThat(found.segments().get(1).problem()).isEqualTo("no whole header");
    long lost = found.segments().get(2).first() - found.segments().get(0).end();
    assertThat(found.missing()).isEqualTo(1 + lost);
    assertThat(found.foreign()).containsExactly("notes");
    assertThat(JournalDirectory.names(directory)).isEqualTo(before);

    fixture.open();
    List<Long> _ = fixture.finish("logs");
    assertThat(fixture.reader("logs").damaged()).isEqualTo(found.missing());
    fixture.reader("logs").acknowledge(300, NO_ACCOUNT);
  }

  @Test
  void saysWhereThereIsNone() {
    assertThatThrownBy(() -> JournalInspection.of(directory.resolve("nothing")))
        .isInstanceOf(JournalException.class)
        .hasMessageEndingWith("nothing: none");
  }
}

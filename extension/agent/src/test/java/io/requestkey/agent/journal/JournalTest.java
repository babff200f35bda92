/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import static io.requestkey.agent.journal.JournalFixture.NO_ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds in memory and in files alike. */
final class JournalTest {

  enum Kind {
    MEMORY,
    FILES
  }

  @TempDir private Path temporary;
  private JournalFixture fixture = new JournalFixture(JournalFixture.memory(2));

  private JournalFixture open(Kind kind, int segments) throws JournalException {
    fixture =
        new JournalFixture(
            kind == Kind.MEMORY
                ? JournalFixture.memory(segments)
                : JournalFixture.files(temporary.resolve("journal"), segments));
    return fixture.open();
  }

  @AfterEach
  void release() {
    fixture.close();
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  @ParameterizedTest
  @EnumSource
  void givesEachReaderEveryRecordInOrder(Kind kind) throws Exception {
    open(kind, 8).append(300);
    assertThat(fixture.journal().end()).isEqualTo(300);
    assertThat(fixture.takeAll("logs")).isEqualTo(numbers(0, 300));
    assertThat(fixture.takeAll("traces")).isEqualTo(numbers(0, 300));
    assertThat(fixture.takeAll("logs")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void stampsEachFrame(Kind kind) throws Exception {
    open(kind, 2).append(1);
    fixture.clocks.pass(5);
    fixture.append(1);
    fixture.clocks.bootOffset.set(42);
    fixture.clocks.pass(1_000_000_000);
    fixture.append(1);
    List<Frame> frames = fixture.take("logs", 3);
    assertThat(frames)
        .extracting(Frame::observedEpochNanos)
        .containsExactly(FakeClocks.EPOCH, FakeClocks.EPOCH + 5, FakeClocks.EPOCH + 1_000_000_005);
    assertThat(frames)
        .extracting(Frame::bootOffsetNanos)
        .containsExactly(FakeClocks.BOOT_OFFSET, FakeClocks.BOOT_OFFSET, 42L);
    assertThat(frames).extracting(Frame::bootId).allMatch(id -> id.length() == 36);
  }

  @ParameterizedTest
  @EnumSource
  void copiesTheGivenPartOfTheMemory(Kind kind) throws Exception {
    byte[] data = {1, 2, 3, 4, 5};
    boolean taken = open(kind, 2).journal().append(MemorySegment.ofArray(data), 1, 3);
    assertThat(taken).isTrue();
    assertThat(fixture.take("logs", 1).getFirst().record()).containsExactly(2, 3, 4);
  }

  @ParameterizedTest
  @EnumSource
  void takesAtMostWhatIsAskedFor(Kind kind) throws Exception {
    open(kind, 2).append(5);
    assertThat(fixture.take("logs", 2)).extracting(Frame::number).containsExactly(0L, 1L);
    assertThat(fixture.take("logs", 2)).extracting(Frame::number).containsExactly(2L, 3L);
    assertThat(fixture.take("logs", 2)).extracting(Frame::number).containsExactly(4L);
  }

  @ParameterizedTest
  @EnumSource
  void pendingIsWhatIsNotAcknowledged(Kind kind) throws Exception {
    open(kind, 2).append(5);
    JournalReader logs = fixture.reader("logs");
    assertThat(fixture.take("logs", 3)).hasSize(3);
    assertThat(logs.pending()).isEqualTo(5);
    logs.acknowledge(2, NO_ACCOUNT);
    assertThat(logs.next()).isEqualTo(2);
    assertThat(logs.pending()).isEqualTo(3);
    assertThat(fixture.reader("traces").pending()).isEqualTo(5);
  }

  @ParameterizedTest
  @EnumSource
  void whatWasNotTakenCannotBeAcknowledged(Kind kind) throws Exception {
    open(kind, 2).append(5);
    assertThat(fixture.take("logs", 3)).hasSize(3);
    assertThatThrownBy(() -> fixture.reader("logs").acknowledge(4, NO_ACCOUNT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("taken only up to 3");
  }

  @ParameterizedTest
  @EnumSource
  void fullRefusesUntilEveryReaderHasAcknowledgedASegment(Kind kind) throws Exception {
    int held = open(kind, 4).fill();
    assertThat(fixture.append()).isFalse();
    assertThat(fixture.finish("logs")).hasSize(held);
    assertThat(fixture.append()).as("traces has acknowledged nothing").isFalse();
    assertThat(fixture.finish("traces")).hasSize(held);
    assertThat(fixture.append()).isTrue();
    assertThat(fixture.finish("logs")).containsExactly((long) held);
  }

  @ParameterizedTest
  @EnumSource
  void bytesAreThoseOfTheFramesHeld(Kind kind) throws Exception {
    open(kind, 4);
    assertThat(fixture.journal().bytes()).isZero();
    assertThat(fixture.append(new byte[100])).isTrue();
    assertThat(fixture.journal().bytes()).isEqualTo(136);
    int _ = fixture.fill();
    assertThat(fixture.journal().bytes())
        .isBetween(3L * JournalFixture.SEGMENT, 4L * JournalFixture.SEGMENT);
  }

  @ParameterizedTest
  @EnumSource
  void goesOnForEverInItsBound(Kind kind) throws Exception {
    open(kind, 4);
    for (int round = 0; round < 100; round++) {
      long from = fixture.journal().end();
      fixture.append(100);
      assertThat(fixture.finish("logs")).isEqualTo(numbers(from, from + 100));
      assertThat(fixture.finish("traces")).isEqualTo(numbers(from, from + 100));
    }
    assertThat(fixture.journal().damaged()).isZero();
    assertThat(fixture.messages).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void dropsTheOldestSegmentWhereThatIsWanted(Kind kind) throws Exception {
    fixture = open(kind, 4);
    fixture.close();
    fixture = new JournalFixture(fixture.options.withFull(FullPolicy.DROP_OLDEST)).open();
    fixture.append(50);
    assertThat(fixture.take("logs", 20)).hasSize(20);
    fixture.append(1000);
    assertThat(fixture.journal().end()).isEqualTo(1050);

    JournalReader logs = fixture.reader("logs");
    logs.acknowledge(20, NO_ACCOUNT);
    List<Long> rest = fixture.finish("logs");
    assertThat(rest).isEqualTo(numbers(rest.getFirst(), 1050));
    assertThat(logs.dropped()).isEqualTo(rest.getFirst() - 20);
    assertThat(logs.damaged()).isZero();
    assertThat(logs.pending()).isZero();

    assertThat(fixture.finish("traces")).isEqualTo(rest);
    assertThat(fixture.reader("traces").dropped()).isEqualTo(rest.getFirst());
    assertThat(fixture.journal().dropped()).isEqualTo(rest.getFirst());
    assertThat(fixture.messages).singleElement().asString().contains("full");
  }

  @ParameterizedTest
  @EnumSource
  void whatWasTakenBeforeItWasDroppedIsTheReadersToDeliver(Kind kind) throws Exception {
    fixture = open(kind, 2);
    fixture.close();
    fixture = new JournalFixture(fixture.options.withFull(FullPolicy.DROP_OLDEST)).open();
    int first = 0;
    while (fixture.journal().bytes() < JournalFixture.SEGMENT - 2048) {
      fixture.append(1);
      first++;
    }
    JournalReader logs = fixture.reader("logs");
    assertThat(fixture.take("logs", first)).hasSize(first);
    fixture.append(400);
    assertThat(logs.next()).isZero();
    logs.acknowledge(first, NO_ACCOUNT);
    List<Long> rest = fixture.finish("logs");
    assertThat(first + logs.dropped() + rest.size()).isEqualTo(fixture.journal().end());
  }

  @ParameterizedTest
  @EnumSource
  void aRecordThatFitsNowhereIsAGapAndStopsNothing(Kind kind) throws Exception {
    open(kind, 2).append(1);
    assertThat(fixture.append(new byte[JournalFixture.SEGMENT])).isTrue();
    fixture.append(1);
    assertThat(fixture.finish("logs")).containsExactly(0L, 2L);
    assertThat(fixture.reader("logs").damaged()).isEqualTo(1);
    assertThat(fixture.journal().damaged()).isEqualTo(1);
    assertThat(fixture.messages).singleElement().asString().contains("65536 bytes");
  }

  @ParameterizedTest
  @EnumSource
  void whatIsMissingIsToldByTheReaderAlsoAtTheVeryEnd(Kind kind) throws Exception {
    open(kind, 2);
    JournalReader logs = fixture.reader("logs");
    assertThat(fixture.take("logs", 10)).isEmpty();
    assertThat(logs.gaps()).isEmpty();
    fixture.append(2);
    assertThat(logs.gaps()).as("what is there and was not taken is not missing").isEmpty();
    assertThat(fixture.append(new byte[JournalFixture.SEGMENT])).isTrue();
    assertThat(fixture.take("logs", 10)).hasSize(2);
    assertThat(logs.gaps()).containsExactly(new JournalReader.Gap(2, 3, false, 0));
    assertThat(logs.gaps()).as("once").isEmpty();
    fixture.append(1);
    assertThat(fixture.take("logs", 10)).extracting(Frame::number).containsExactly(3L);
    assertThat(logs.gaps()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void closedTakesNothingButStillGives(Kind kind) throws Exception {
    open(kind, 2).append(3);
    fixture.journal().close();
    assertThat(fixture.append()).isFalse();
    JournalReader logs = fixture.reader("logs");
    assertThat(logs.take(10, Duration.ofDays(1), Duration.ofDays(1))).hasSize(3);
    logs.acknowledge(3, NO_ACCOUNT);
    assertThat(logs.take(10, Duration.ofDays(1), Duration.ofDays(1))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aReaderMadeLaterBeginsAtTheEnd(Kind kind) throws Exception {
    open(kind, 2).append(3);
    assertThat(fixture.takeAll("later")).isEmpty();
    fixture.append(1);
    assertThat(fixture.takeAll("later")).containsExactly(3L);
    assertThat(fixture.reader("later")).isSameAs(fixture.reader("later"));
  }

  @ParameterizedTest
  @EnumSource
  void theAccountIsThatOfTheLastAcknowledgement(Kind kind) throws Exception {
    open(kind, 2).append(2);
    JournalReader logs = fixture.reader("logs");
    assertThat(logs.account()).isEmpty();
    assertThat(fixture.take("logs", 2)).hasSize(2);
    logs.acknowledge(1, "one".getBytes(StandardCharsets.UTF_8));
    logs.acknowledge(2, "two".getBytes(StandardCharsets.UTF_8));
    assertThat(logs.account()).hasValueSatisfying(a -> assertThat(a).asString().isEqualTo("two"));
    assertThat(fixture.reader("traces").account()).isEmpty();
    byte[] large = new byte[JournalOptions.MAX_ACCOUNT_BYTES + 1];
    assertThatThrownBy(() -> logs.acknowledge(2, large)).hasMessageContaining("4000");
  }

  @ParameterizedTest
  @EnumSource
  void keepsSmallValues(Kind kind) throws Exception {
    HitJournal journal = open(kind, 2).journal();
    assertThat(journal.state("kernel")).isEmpty();
    journal.state("kernel", new byte[] {1});
    journal.state("kernel", new byte[] {2, 3});
    assertThat(journal.state("kernel")).hasValueSatisfying(v -> assertThat(v).contains(2, 3));
    assertThatThrownBy(() -> journal.state("../lock", new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @EnumSource
  void aWaitingReaderIsWokenByTheRecordItWaitsFor(Kind kind) throws Exception {
    open(kind, 2);
    Thread appending = Thread.ofPlatform().start(() -> fixture.append(3));
    // A day: without a wake-up the test would not end.
    List<Frame> frames = fixture.reader("logs").take(3, Duration.ofDays(1), Duration.ofDays(1));
    assertThat(frames).extracting(Frame::number).containsExactly(0L, 1L, 2L);
    appending.join();
  }

  @ParameterizedTest
  @EnumSource
  void aWaitingReaderIsWokenByTheEnd(Kind kind) throws Exception {
    open(kind, 2);
    Thread closing = Thread.ofPlatform().start(() -> fixture.journal().close());
    assertThat(fixture.reader("logs").take(3, Duration.ofDays(1), Duration.ofDays(1))).isEmpty();
    closing.join();
  }

  @ParameterizedTest
  @EnumSource
  void oneAppendsWhileTwoRead(Kind kind) throws Exception {
    open(kind, 6);
    int count = 50_000;
    ExecutorService readers = Executors.newFixedThreadPool(2);
    try {
      List<Future<Long>> results = new ArrayList<>();
      for (String name : JournalFixture.READERS) {
        results.add(readers.submit(() -> readInOrder(name, count)));
      }
      long refused = 0;
      while (fixture.journal().end() < count) {
        if (!fixture.append()) {
          refused++;
          Thread.onSpinWait();
        }
      }
      for (Future<Long> result : results) {
        assertThat(result.get()).isEqualTo(count);
      }
      assertThat(fixture.journal().damaged()).as("refused %d times", refused).isZero();
    } finally {
      readers.shutdownNow();
    }
  }

  private long readInOrder(String name, long count) throws InterruptedException {
    JournalReader reader = fixture.reader(name);
    long expected = 0;
    while (expected < count) {
      for (Frame frame : reader.take(64, Duration.ofDays(1), Duration.ZERO)) {
        if (frame.number() != expected
            || !Arrays.equals(frame.record(), JournalFixture.record(expected))) {
          throw new AssertionError("frame " + frame.number() + ", expected " + expected);
        }
        expected++;
      }
      reader.acknowledge(expected, NO_ACCOUNT);
    }
    return expected;
  }
}

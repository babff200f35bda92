/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import static io.requestkey.agent.journal.JournalFixture.NO_ACCOUNT;
import static io.requestkey.agent.journal.JournalFixture.READERS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a directory in any state a crash, a medium or a person can leave it in. */
final class RecoveryTest {

  private final Path directory;
  @AutoClose private final JournalFixture fixture;

  RecoveryTest(@TempDir Path temporary) throws JournalException {
    fixture = JournalFixture.in(temporary);
    directory = fixture.directory();
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  private Path segment(int number) {
    return directory.resolve(JournalFiles.segment(number));
  }

  private List<String> names() throws IOException {
    return JournalDirectory.names(directory);
  }

  private List<String> setAside() throws IOException {
    Path damaged = directory.resolve(JournalFiles.DAMAGED);
    return Files.isDirectory(damaged) ? JournalDirectory.names(damaged) : List.of();
  }

  /** Where frames begin in a segment file. */
  private static List<Integer> offsets(Path file) throws IOException {
    MemorySegment memory = MemorySegment.ofArray(Files.readAllBytes(file));
    List<Integer> offsets = new ArrayList<>();
    int at = SegmentHeader.BYTES;
    while (at < memory.byteSize() && memory.get(Bytes.INT, at) != 0) {
      offsets.add(at);
      at += FrameFormat.size(memory.get(Bytes.INT, at));
    }
    return offsets;
  }

  private static void change(Path file, int at, UnaryOperator<Byte> change) throws IOException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.seek(at);
      byte old = opened.readByte();
      opened.seek(at);
      opened.writeByte(change.apply(old));
    }
  }

  private static void flip(Path file, int at) throws IOException {
    change(file, at, old -> (byte) (old ^ 0x10));
  }

  private void rewriteHeader(Path file, UnaryOperator<SegmentHeader> change) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    MemorySegment memory = MemorySegment.ofArray(bytes);
    SegmentHeader header = SegmentHeader.read(memory);
    assertThat(header).isNotNull();
    if (header != null) {
      change.apply(header).write(memory);
    }
    Path _ = Files.write(file, bytes, StandardOpenOption.WRITE);
  }

  private static SegmentHeader withVersion(SegmentHeader h, int version) {
    return new SegmentHeader(
        version,
        h.recordVersion(),
        h.number(),
        h.first(),
        h.end(),
        h.used(),
        h.bytes(),
        h.createdEpochNanos(),
        h.salt(),
        h.bootId());
  }

  /** Of 300 frames so many are counted, and the others are there. */
  private void assertAllBut(long lost) throws InterruptedException {
    assertThat(fixture.finish("logs")).hasSize((int) (300 - lost));
    assertThat(fixture.reader("logs").damaged()).isEqualTo(lost);
  }

  private static long frames(SegmentHeader header) {
    return header.end() - header.first();
  }

  @Test
  void aKilledAgentsFramesAreAllThere() throws Exception {
    fixture.append(300);
    fixture.killAndOpen();
    assertThat(fixture.journal().end()).isEqualTo(300);
    assertThat(fixture.takeAll("logs")).isEqualTo(numbers(0, 300));
    assertThat(fixture.journal().damaged()).isZero();
    assertThat(fixture.messages).isEmpty();
  }

  @Test
  void readersGoOnAtTheirCursorsWithTheirAccounts() throws Exception {
    fixture.append(300);
    assertThat(fixture.take("logs", 200)).hasSize(200);
    fixture.reader("logs").acknowledge(150, "books".getBytes(StandardCharsets.UTF_8));
    fixture.killAndOpen();
    assertThat(fixture.reader("logs").next()).isEqualTo(150);
    assertThat(fixture.reader("logs").account())
        .hasValueSatisfying(a -> assertThat(a).asString().isEqualTo("books"));
    assertThat(fixture.takeAll("logs")).isEqualTo(numbers(150, 300));
    assertThat(fixture.takeAll("traces")).isEqualTo(numbers(0, 300));
  }

  @Test
  void statesAreKept() throws Exception {
    fixture.journal().state("kernel", new byte[] {1, 2});
    fixture.killAndOpen();
    assertThat(fixture.journal().state("kernel"))
        .hasValueSatisfying(v -> assertThat(v).containsExactly(1, 2));
  }

  @Test
  void numbersGoOnWhenNoSegmentIsLeft() throws Exception {
    fixture.append(10);
    List<Long> _ = fixture.finish("logs");
    List<Long> _ = fixture.finish("traces");
    fixture.closeAndOpen();
    assertThat(names()).noneMatch(name -> name.startsWith("segment"));
    fixture.append(1);
    assertThat(fixture.takeAll("logs")).containsExactly(10L);
  }

  @Test
  void manyRestartsFillNothing() throws Exception {
    for (int i = 0; i < 40; i++) {
      fixture.append(1);
      fixture.killAndOpen();
    }
    fixture.append(40);
    assertThat(fixture.takeAll("logs")).isEqualTo(numbers(0, 80));
  }

  @Test
  void aFrameThatWasBeingWrittenIsTheRingsStill() throws Exception {
    fixture.append(10);
    fixture.abandon();
    int end = end(segment(0));
    // Body without length: the length is stored last.
    change(segment(0), end + 12, _ -> (byte) 1);
    fixture.open();
    assertThat(fixture.takeAll("logs")).isEqualTo(numbers(0, 10));
    assertThat(fixture.journal().damaged()).isZero();
    assertThat(fixture.messages).isEmpty();
  }

  private static int end(Path file) throws IOException {
    int last = offsets(file).getLast();
    MemorySegment memory = MemorySegment.ofArray(Files.readAllBytes(file));
    return last + FrameFormat.size(memory.get(Bytes.INT, last));
  }

  @Test
  void aTornTailIsCountedAsOneFrame() throws Exception {
    fixture.append(10);
    fixture.abandon();
    flip(segment(0), offsets(segment(0)).get(9) + FrameFormat.RECORD);
    fixture.open();
    assertThat(fixture.takeAll("logs")).isEqualTo(numbers(0, 9));
    assertThat(fixture.journal().damaged()).isEqualTo(1);
    assertThat(fixture.reader("logs").pending()).isEqualTo(10);
    fixture.reader("logs").acknowledge(9, NO_ACCOUNT);
    assertThat(fixture.reader("logs").pending()).as("not before the books say so").isEqualTo(1);
    assertThat(fixture.reader("logs").damaged()).isZero();
    fixture.reader("logs").acknowledge(10, NO_ACCOUNT);
    assertThat(fixture.reader("logs").pending()).isZero();
    assertThat(fixture.reader("logs").damaged()).isEqualTo(1);
    assertThat(fixture.messages).singleElement().asString().contains("its last frame is torn");
    fixture.append(1);
    assertThat(fixture.takeAll("logs")).containsExactly(10L);
  }

  @Test
  void aTornFrameDoesNotComeBack() throws Exception {
    fixture.append(10);
    fixture.abandon();
    flip(segment(0), offsets(segment(0)).get(9) + FrameFormat.RECORD);
    fixture.open();
    assertThat(fixture.finish("logs")).isEqualTo(numbers(0, 9));
    fixture.killAndOpen();
    assertThat(fixture.takeAll("logs")).isEmpty();
    assertThat(fixture.reader("logs").damaged()).isEqualTo(1);
    assertThat(fixture.reader("logs").pending()).isZero();
  }

  @Test
  void aFlippedBitCostsItsFrame() throws Exception {
    fixture.append(30);
    fixture.abandon();
    for (int i : new int[] {3, 7, 8}) {
      flip(segment(0), offsets(segment(0)).get(i) + FrameFormat.RECORD + 10);
    }
    fixture.open();
    List<Long> expected = new ArrayList<>(numbers(0, 30));
    expected.removeAll(List.of(3L, 7L, 8L));
    assertThat(fixture.finish("logs")).isEqualTo(expected);
    assertThat(fixture.reader("logs").damaged()).isEqualTo(3);
    assertThat(fixture.finish("traces")).isEqualTo(expected);
    assertThat(fixture.reader("traces").damaged()).isEqualTo(3);
    fixture.append(1);
    assertThat(fixture.finish("logs")).containsExactly(30L);
  }

  @Test
  void aFlippedLengthCostsItsFrame() throws Exception {
    fixture.append(30);
    fixture.abandon();
    int third = offsets(segment(0)).get(3);
    flip(segment(0), third);
    change(segment(0), third + 3, _ -> (byte) 0x7f);
    fixture.open();
    List<Long> expected = new ArrayList<>(numbers(0, 30));
    expected.removeAll(List.of(3L));
    assertThat(fixture.finish("logs")).isEqualTo(expected);
  }

  @Test
  void aBitFlippedInACompleteSegmentCostsItsFrameAndTheSegmentIsSetAside() throws Exception {
    fixture.append(300);
    flip(segment(1), offsets(segment(1)).get(5) + FrameFormat.RECORD);
    List<Long> logs = fixture.finish("logs");
    assertThat(logs).hasSize(299);
    assertThat(fixture.finish("traces")).isEqualTo(logs);
    assertThat(fixture.reader("logs").damaged()).isEqualTo(1);
    assertThat(setAside()).containsExactly(JournalFiles.segment(1));
    assertThat(fixture.messages).singleElement().asString().contains("is damaged");
    fixture.closeAndOpen();
    assertThat(fixture.reader("logs").damaged()).as("kept with the cursor").isEqualTo(1);
    assertThat(fixture.reader("logs").pending()).isZero();
  }

  @Test
  void aRecordThatLooksLikeAFrameIsNotTakenForOne() throws Exception {
    // Whoever makes the record knows everything but the salt.
    byte[] inner = new byte[200];
    FrameWriter writer = new FrameWriter(1000);
    MemorySegment fake = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(240));
    writer.write(fake, 0, 0, 1, 0, 0, MemorySegment.ofArray(inner), 0, 200);
    byte[] outer = new byte[240];
    MemorySegment.copy(fake, Bytes.BYTE, 0, outer, 0, 240);
    assertThat(fixture.append(outer)).isTrue();
    fixture.append(2);
    fixture.abandon();
    flip(segment(0), SegmentHeader.BYTES + 4);
    fixture.open();
    assertThat(fixture.takeAll("logs")).containsExactly(1L, 2L);
    assertThat(fixture.journal().damaged()).isEqualTo(1);
  }

  @Test
  void aMissingSegmentIsCountedByItsNumbers() throws Exception {
    fixture.append(300);
    fixture.abandon();
    SegmentHeader missing = header(segment(1));
    Files.delete(segment(1));
    fixture.open();
    List<Long> logs = fixture.finish("logs");
    assertThat(fixture.reader("logs").damaged()).isEqualTo(frames(missing));
    assertThat(logs).hasSize((int) (300 - frames(missing)));
    assertThat(logs)
        .doesNotContainAnyElementsOf(numbers(missing.first(), missing.end()))
        .contains(299L);
  }

  private static SegmentHeader header(Path file) throws IOException {
    SegmentHeader header = SegmentHeader.read(MemorySegment.ofArray(Files.readAllBytes(file)));
    if (header == null) {
      throw new AssertionError("no header in " + file);
    }
    return header;
  }

  @Test
  void theOldestSegmentMissingIsCountedToo() throws Exception {
    fixture.append(300);
    fixture.abandon();
    long lost = header(segment(0)).end();
    Files.delete(segment(0));
    fixture.open();
    assertThat(fixture.finish("logs")).isEqualTo(numbers(lost, 300));
    assertThat(fixture.reader("logs").damaged()).isEqualTo(lost);
  }

  @Test
  void anEmptyAndAShortFileAreSetAside() throws Exception {
    fixture.append(300);
    fixture.abandon();
    SegmentHeader one = header(segment(1));
    Path _ = Files.write(segment(1), new byte[0]);
    Path _ = Files.write(segment(17), new byte[100]);
    fixture.open();
    assertThat(setAside()).containsExactly(JournalFiles.segment(1), JournalFiles.segment(17));
    assertAllBut(frames(one));
    assertThat(fixture.messages)
        .anyMatch(m -> m.contains("has 0 bytes"))
        .anyMatch(m -> m.contains("has 100 bytes"));
  }

  @Test
  void aSegmentCutShortGivesWhatIsLeft() throws Exception {
    fixture.append(300);
    fixture.abandon();
    SegmentHeader one = header(segment(1));
    int cut = offsets(segment(1)).get(10) + 20;
    try (RandomAccessFile file = new RandomAccessFile(segment(1).toFile(), "rw")) {
      file.setLength(cut);
    }
    fixture.open();
    long lost = frames(one) - 10;
    assertAllBut(lost);
    assertThat(fixture.messages).anyMatch(m -> m.contains("cut short"));
  }

  @Test
  void oneOfTwoHeadersIsEnough() throws Exception {
    fixture.append(300);
    fixture.abandon();
    flip(segment(0), 20);
    flip(segment(1), 128 + 60);
    fixture.open();
    assertThat(fixture.takeAll("logs")).isEqualTo(numbers(0, 300));
  }

  @Test
  void aSegmentWithoutAHeaderIsSetAside() throws Exception {
    fixture.append(300);
    fixture.abandon();
    SegmentHeader one = header(segment(1));
    flip(segment(1), 20);
    flip(segment(1), 128 + 20);
    fixture.open();
    assertThat(setAside()).containsExactly(JournalFiles.segment(1));
    assertAllBut(frames(one));
  }

  @Test
  void otherFormatVersionsAreSetAsideAndCounted() throws Exception {
    fixture.append(300);
    fixture.close();
    SegmentHeader one = header(segment(1));
    int last = (int) names().stream().filter(n -> n.startsWith("segment")).count() - 1;
    SegmentHeader newest = header(segment(last));
    rewriteHeader(segment(1), h -> withVersion(h, 0));
    rewriteHeader(segment(last), h -> withVersion(h, 2));
    fixture.open();
    assertThat(setAside()).containsExactly(JournalFiles.segment(1), JournalFiles.segment(last));
    long lost = frames(one) + frames(newest);
    assertAllBut(lost);
    assertThat(fixture.journal().end()).isEqualTo(300);
    assertThat(fixture.messages)
        .anyMatch(m -> m.contains("format version 0"))
        .anyMatch(m -> m.contains("format version 2"));
  }

  @Test
  void aCopiedSegmentIsNotReadTwice() throws Exception {
    fixture.append(300);
    fixture.abandon();
    Path _ = Files.copy(segment(0), segment(1000));
    Path _ = Files.copy(segment(0), directory.resolve("segment-0.journal"));
    fixture.open();
    assertThat(fixture.takeAll("logs")).isEqualTo(numbers(0, 300));
    assertThat(setAside()).containsExactly(JournalFiles.segment(1000));
  }

  @Test
  void foreignFilesAreLeftAloneAndNamedOnce() throws Exception {
    fixture.append(3);
    fixture.abandon();
    Path _ = Files.writeString(directory.resolve("notes.txt"), "mine");
    Path _ = Files.createDirectory(directory.resolve(JournalFiles.segment(7)));
    fixture.open();
    assertThat(fixture.takeAll("logs")).isEqualTo(numbers(0, 3));
    assertThat(Files.readString(directory.resolve("notes.txt"))).isEqualTo("mine");
    assertThat(fixture.messages)
        .singleElement()
        .asString()
        .contains("notes.txt", JournalFiles.segment(7));
  }

  @Test
  void whatWasBeingMadeIsRemoved() throws Exception {
    fixture.append(3);
    fixture.abandon();
    Path _ = Files.writeString(directory.resolve("spare-3.tmp"), "x");
    Path _ = Files.writeString(directory.resolve(JournalFiles.segment(1) + ".tmp"), "x");
    Path _ = Files.writeString(directory.resolve("reader-logs.cursor.tmp"), "x");
    fixture.open();
    assertThat(names()).noneMatch(name -> name.endsWith(".tmp"));
    assertThat(fixture.takeAll("logs")).isEqualTo(numbers(0, 3));
  }

  @Test
  void oneOfTwoCursorsIsEnough() throws Exception {
    fixture.append(10);
    List<Frame> _ = fixture.take("logs", 10);
    fixture.reader("logs").acknowledge(4, NO_ACCOUNT);
    fixture.reader("logs").acknowledge(5, NO_ACCOUNT);
    fixture.abandon();
    Path cursor = directory.resolve(JournalFiles.cursor("logs"));
    int newer = newer(cursor);
    flip(cursor, newer + 20);
    fixture.open();
    assertThat(fixture.takeAll("logs")).as("duplicates, no loss").isEqualTo(numbers(4, 10));
    assertThat(fixture.messages).singleElement().asString().contains("one of the two copies");
  }

  private static int newer(Path slots) throws IOException {
    MemorySegment memory = MemorySegment.ofArray(Files.readAllBytes(slots));
    return memory.get(Bytes.LONG, 8) > memory.get(Bytes.LONG, SlotPair.SLOT_BYTES + 8)
        ? 0
        : SlotPair.SLOT_BYTES;
  }

  @Test
  void withoutACursorAReaderBeginsAtTheOldestFrame() throws Exception {
    fixture.append(10);
    List<Frame> _ = fixture.take("logs", 10);
    fixture.reader("logs").acknowledge(4, NO_ACCOUNT);
    fixture.reader("logs").acknowledge(5, NO_ACCOUNT);
    fixture.abandon();
    Path cursor = directory.resolve(JournalFiles.cursor("logs"));
    flip(cursor, 20);
    flip(cursor, SlotPair.SLOT_BYTES + 20);
    fixture.open();
    assertThat(fixture.takeAll("logs")).as("duplicates, no loss").isEqualTo(numbers(0, 10));
    assertThat(setAside()).containsExactly(JournalFiles.cursor("logs"));
    assertThat(fixture.messages).singleElement().asString().contains("begins again");
  }

  @Test
  void whatIsDurableOfAReaderIsReadByOlderReleasesToo() {
    byte[] books = {1, 2, 3};
    assertThat(new Cursor(5, 1, 2, books, 5, 9).encode())
        .as("nothing more than before, if nothing is dropped above it")
        .isEqualTo(new Cursor(5, 1, 2, books).encode());
    byte[] bytes = new Cursor(5, 1, 2, books, 20, 9).encode();
    assertThat(Cursor.decode(bytes))
        .usingRecursiveComparison()
        .isEqualTo(new Cursor(5, 1, 2, books, 20, 9));
    assertThat(bytes).as("the account is where it was").startsWith(upToAccount(bytes, books));
    assertThat(new Cursor(5, 1, 2, null, 20, 9).encode()).hasSize(25);
  }

  private static byte[] upToAccount(byte[] cursor, byte[] account) {
    byte[] bytes = Arrays.copyOf(cursor, 25 + account.length);
    System.arraycopy(account, 0, bytes, 25, account.length);
    return bytes;
  }

  @Test
  void anEmptyCursorFileIsNoHarm() throws Exception {
    fixture.append(10);
    fixture.abandon();
    Path _ = Files.write(directory.resolve(JournalFiles.cursor("logs")), new byte[0]);
    fixture.open();
    assertThat(fixture.takeAll("logs")).isEqualTo(numbers(0, 10));
    assertThat(fixture.messages).singleElement().asString().contains("is empty");
  }

  @Test
  void framesThatNoCursorIsForAreDelivered() throws Exception {
    fixture.append(10);
    fixture.abandon();
    Files.delete(directory.resolve(JournalFiles.cursor("logs")));
    Files.delete(directory.resolve(JournalFiles.cursor("traces")));
    fixture.open();
    assertThat(fixture.takeAll("logs")).isEqualTo(numbers(0, 10));
    assertThat(fixture.takeAll("traces")).isEqualTo(numbers(0, 10));
    assertThat(fixture.messages).singleElement().asString().contains("no cursor");
  }

  @Test
  void aCursorBeyondTheEndKeepsItsNumbersFromBeingUsedAgain() throws Exception {
    fixture.append(300);
    assertThat(fixture.finish("logs")).hasSize(300);
    fixture.abandon();
    // As after a crash of the machine: the cursor was written back, the frames were not.
    for (String name : names()) {
      if (name.startsWith("segment")) {
        Files.delete(directory.resolve(name));
      }
    }
    fixture.open();
    assertThat(fixture.journal().end()).isEqualTo(300);
    fixture.append(2);
    assertThat(fixture.finish("logs")).containsExactly(300L, 301L);
    assertThat(fixture.reader("logs").damaged()).as("it had them").isZero();
    assertThat(fixture.finish("traces")).containsExactly(300L, 301L);
    assertThat(fixture.reader("traces").damaged()).isEqualTo(300);
  }

  @Test
  void aReaderThatIsNotUsedAnyMoreHoldsNothing() throws Exception {
    fixture.append(10);
    assertThat(fixture.finish("logs")).hasSize(10);
    fixture.abandon();
    fixture.open(Set.of("logs"));
    assertThat(names()).noneMatch(n -> n.startsWith("segment") || n.contains("traces"));
    assertThat(fixture.messages).singleElement().asString().contains("traces", "10 frames");
    fixture.close();
    fixture.open(READERS);
    assertThat(fixture.reader("traces").next()).isEqualTo(10);
  }

  @Test
  void whatIsSetAsideIsBounded() throws Exception {
    for (int i = 0; i < JournalDirectory.MAX_SET_ASIDE + 10; i++) {
      fixture.abandon();
      Path _ = Files.write(segment(i), new byte[] {1});
      fixture.open();
    }
    assertThat(setAside())
        .hasSize(JournalDirectory.MAX_SET_ASIDE)
        .contains(JournalFiles.segment(JournalDirectory.MAX_SET_ASIDE + 9));
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mutated bytes: no crash, no hang, nothing beyond the bounds, no frame that was not written, and
 * every refusal counted. The profile {@code nightly} has millions; {@code -Drequestkey.test.seed=1}
 * begins at another place.
 */
final class JournalFuzzTest {

  private static final int CASES = Integer.getInteger("requestkey.test.fuzz", 20_000);

  /** Of a whole directory: some 100 times the work of one of a segment. */
  private static final int DIRECTORIES = CASES / 100;

  private static final long SEED = Long.getLong("requestkey.test.seed", 20);

  @TempDir private Path temporary;

  private static byte[] segment(int frames) {
    byte[] bytes = new byte[16 << 10];
    MemorySegment memory = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(bytes.length));
    SegmentHeader header =
        new SegmentHeader(
            SegmentHeader.VERSION,
            1,
            3,
            1000,
            SegmentHeader.OPEN,
            0,
            bytes.length,
            FakeClocks.EPOCH,
            0x1234_5678_9abc_def0L,
            "00000000-0000-0000-0000-000000000000");
    header.write(memory);
    FrameWriter writer = new FrameWriter(2000);
    int at = SegmentHeader.BYTES;
    for (int i = 0; i < frames; i++) {
      byte[] record = JournalFixture.record(1000 + i);
      writer.write(
          memory,
          at,
          header.salt(),
          1000 + i,
          5,
          6,
          MemorySegment.ofArray(record),
          0,
          record.length);
      at += FrameFormat.size(record.length);
    }
    MemorySegment.copy(memory, Bytes.BYTE, 0, bytes, 0, bytes.length);
    return bytes;
  }

  @Test
  void aSegment() {
    int frames = 20;
    byte[] original = segment(frames);
    FrameScanner scanner = new FrameScanner();
    long whole = 0;
    long refused = 0;
    for (int i = 0; i < CASES; i++) {
      long seed = SEED * 1_000_003L + i;
      byte[] mutated = Mutation.of(original, new Random(seed));
      MemorySegment memory = MemorySegment.ofArray(mutated);
      SegmentHeader header = SegmentHeader.read(memory);
      if (header == null) {
        refused++;
        continue;
      }
      List<Long> numbers = new ArrayList<>();
      SegmentScan scan =
          SegmentScan.of(
              memory,
              header,
              mutated.length,
              scanner,
              found -> {
                Frame frame = found.frame(header.bootId());
                assertThat(frame.record())
                    .as("seed %d, frame %d", seed, frame.number())
                    .isEqualTo(JournalFixture.record(frame.number()));
                numbers.add(frame.number());
              });
      assertThat(numbers).as("seed %d", seed).isSorted().doesNotHaveDuplicates();
      assertThat(scan.frames()).as("seed %d", seed).isEqualTo(numbers.size());
      assertThat(scan.frames() + scan.missing())
          .as("seed %d: every number is a frame or missing", seed)
          .isEqualTo(scan.end() - header.first());
      assertThat(scan.end()).as("seed %d", seed).isBetween(1000L, 1000L + frames + 1);
      assertThat(scan.used()).as("seed %d", seed).isBetween(SegmentHeader.BYTES, mutated.length);
      whole += scan.frames();
      refused += scan.missing();
    }
    System.out.printf(
        "segments: %d mutated, %d frames whole, %d numbers and headers refused%n",
        CASES, whole, refused);
    assertThat(whole).as("the fuzz leaves something").isGreaterThan(CASES);
    assertThat(refused).as("the fuzz hits something").isGreaterThan(CASES / 10);
  }

  @Test
  void aPairOfSlots() {
    MemorySegment memory = MemorySegment.ofArray(new byte[SlotPair.BYTES]);
    SlotPair written = new SlotPair(memory);
    written.write(new Cursor(5, 1, 2, new byte[] {1}).encode());
    written.write(new Cursor(6, 1, 2, new byte[] {1, 2}).encode());
    byte[] original = memory.toArray(Bytes.BYTE);
    for (int i = 0; i < CASES; i++) {
      long seed = SEED * 1_000_003L + i;
      byte[] mutated = Arrays.copyOf(Mutation.of(original, new Random(seed)), SlotPair.BYTES);
      SlotPair slots = new SlotPair(MemorySegment.ofArray(mutated));
      Cursor cursor = slots.value().map(Cursor::decode).orElse(null);
      if (cursor == null) {
        assertThat(slots.damaged() || blank(mutated)).as("seed %d: never silent", seed).isTrue();
      } else {
        assertThat(cursor.next()).as("seed %d", seed).isBetween(5L, 6L);
      }
      slots.write(new Cursor(7, 0, 0, null).encode());
      assertThat(new SlotPair(MemorySegment.ofArray(mutated)).value().map(Cursor::decode))
          .as("seed %d: written again", seed)
          .hasValueSatisfying(c -> assertThat(c.next()).isEqualTo(7));
    }
  }

  private static boolean blank(byte[] bytes) {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  @Test
  void aDirectory() throws Exception {
    JournalFixture fixture = JournalFixture.in(temporary);
    Path directory = fixture.directory();
    fixture.append(300);
    assertThat(fixture.take("logs", 50)).hasSize(50);
    fixture.reader("logs").acknowledge(20, JournalFixture.NO_ACCOUNT);
    fixture.reader("logs").acknowledge(40, JournalFixture.NO_ACCOUNT);
    fixture.abandon();
    Map<String, byte[]> original = files(directory);
    for (int i = 0; i < DIRECTORIES; i++) {
      long seed = SEED * 1_000_003L + i;
      restore(directory, original, new Random(seed));
      check(fixture, seed);
    }
  }

  private static Map<String, byte[]> files(Path directory) throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    for (String name : JournalDirectory.names(directory)) {
      files.put(name, Files.readAllBytes(directory.resolve(name)));
    }
    return files;
  }

  /** One or two files are mutated or gone. */
  private static void restore(Path directory, Map<String, byte[]> original, Random random)
      throws IOException {
    for (String name : JournalDirectory.names(directory)) {
      if (!name.equals(JournalFiles.DAMAGED)) {
        Files.delete(directory.resolve(name));
      }
    }
    List<String> names = new ArrayList<>(new TreeSet<>(original.keySet()));
    String one = names.get(random.nextInt(names.size()));
    String two = names.get(random.nextInt(names.size()));
    for (Map.Entry<String, byte[]> file : original.entrySet()) {
      boolean hit = file.getKey().equals(one) || file.getKey().equals(two);
      // Without its cursor a reader is a new one: it begins at the end.
      if (hit && JournalFiles.reader(file.getKey()) == null && random.nextInt(10) == 0) {
        continue;
      }
      Path _ =
          Files.write(
              directory.resolve(file.getKey()),
              hit ? Mutation.of(file.getValue(), random) : file.getValue());
    }
  }

  private static void check(JournalFixture fixture, long seed) throws Exception {
    try (JournalFixture opened = fixture.open()) {
      for (String name : JournalFixture.READERS) {
        JournalReader reader = opened.reader(name);
        long begin = reader.next() - reader.damaged();
        // What was before the oldest frame cannot be known without a cursor; that is said.
        if (opened.messages.stream().noneMatch(m -> m.contains("begins again at the oldest"))) {
          assertThat(begin).as("seed %d: %s begins", seed, name).isIn(0L, 20L, 40L);
        }
        List<Long> taken = opened.finish(name);
        assertThat(taken).as("seed %d: %s", seed, name).isSorted().doesNotHaveDuplicates();
        assertThat(begin + taken.size() + reader.damaged())
            .as("seed %d: every number is delivered or counted", seed)
            .isEqualTo(opened.journal().end());
        assertThat(reader.pending()).as("seed %d", seed).isZero();
      }
      assertThat(opened.journal().end()).as("seed %d", seed).isLessThanOrEqualTo(302);
      opened.append(3);
      assertThat(opened.finish("logs")).as("seed %d: goes on", seed).hasSize(3);
    }
    fixture.messages.clear();
  }
}

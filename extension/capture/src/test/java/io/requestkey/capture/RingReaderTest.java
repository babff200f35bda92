/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The reader's side of the ring's protocol, on a file that is laid out as the kernel lays a ring
 * out: the consumer's page, the producer's, the data twice.
 */
@Timeout(3600)
final class RingReaderTest {

  private static final int O_RDWR = 2;
  private static final int RING = 1 << 14;
  private static final int BUSY = 1 << 31;
  private static final int DISCARD = 1 << 30;
  private static final int PAGE = LibC.pageSize();
  private static final int DATA = 2 * PAGE;

  @TempDir private Path folder;

  private MappedByteBuffer file;
  private int fd;
  private final List<byte[]> taken = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    Path path = folder.resolve("ring");
    try (FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      file = channel.map(FileChannel.MapMode.READ_WRITE, 0, DATA + 2L * RING);
      file.order(ByteOrder.nativeOrder());
    }
    fd = LibC.open(path.toString(), O_RDWR);
    assertThat(fd).isPositive();
  }

  @AfterEach
  void close() {
    LibC.close(fd);
  }

  private boolean take(MemorySegment data, long offset, int length) {
    taken.add(data.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
    return true;
  }

  private void putInt(int position, int value) {
    for (int copy = 0; copy < 2; copy++) {
      file.putInt(DATA + copy * RING + (position & RING - 1), value);
    }
  }

  /** A record of the given length and its number as its bytes; where the next one is. */
  private int put(int position, int length, int flags, byte number) {
    putInt(position, length | flags);
    for (int i = 0; i < length; i++) {
      int at = position + 8 + i & RING - 1;
      file.put(DATA + at, number);
      file.put(DATA + RING + at, number);
    }
    return position + (8 + length + 7 & ~7);
  }

  private void positions(long consumer, long producer) {
    file.putLong(0, consumer);
    file.putLong(PAGE, producer);
  }

  @Test
  void takesWhatIsThereAcrossTheEndOfTheRing() throws Exception {
    int begin = RING - 200;
    int end = begin;
    for (int i = 0; i < 20; i++) {
      end = put(end, 30 + i, i == 7 ? DISCARD : 0, (byte) i);
    }
    positions(begin, end);
    try (RingReader ring = new RingReader(fd, RING)) {
      assertThat(ring.pendingBytes()).isEqualTo(end - begin);
      assertThat(ring.drain(this::take, 5)).isEqualTo(5);
      assertThat(ring.drain(this::take, 100)).isEqualTo(14);
      assertThat(ring.pendingBytes()).isZero();
    }
    assertThat(taken).hasSize(19);
    assertThat(taken.getFirst()).hasSize(30).containsOnly(0);
    assertThat(taken.getLast()).hasSize(49).containsOnly(19);
  }

  @Test
  void leavesWhatIsStillWrittenAndWhatThereIsNoRoomFor() throws Exception {
    int second = put(0, 40, 0, (byte) 1);
    int third = put(second, 40, 0, (byte) 2);
    positions(0, put(third, 40, BUSY, (byte) 3));
    try (RingReader ring = new RingReader(fd, RING)) {
      assertThat(ring.drain((_, _, _) -> false, 10)).isZero();
      assertThat(ring.drain(this::take, 10)).isEqualTo(2);
      assertThat(ring.drain(this::take, 10)).isZero();
      assertThat(file.getLong(0)).isEqualTo(third);
    }
  }

  @Test
  void withoutDescriptorsForItsWakingItIsNotMade() {
    assertThatThrownBy(() -> new RingReader(fd, RING, -24))
        .isInstanceOf(CaptureException.class)
        .hasMessageContaining("EMFILE");
  }

  @Test
  void whatIsNoRingLeavesNothingOpen() {
    int wakeFd = LibC.eventfd();
    assertThatThrownBy(() -> new RingReader(-1, RING, wakeFd))
        .isInstanceOf(CaptureException.class)
        .hasMessageContaining("EBADF");
    assertThat(Files.exists(Path.of("/proc/self/fd/" + wakeFd), LinkOption.NOFOLLOW_LINKS))
        .isFalse();
  }

  @Test
  void positionsThatCannotBeAreTold() throws Exception {
    for (long[] wrong :
        new long[][] {{0, RING + 8}, {0, Long.MAX_VALUE}, {Long.MIN_VALUE, 8}, {4, 64}}) {
      positions(wrong[0], wrong[1]);
      try (RingReader ring = new RingReader(fd, RING)) {
        assertThatThrownBy(() -> ring.drain(this::take, 10))
            .isInstanceOf(CorruptRecordException.class)
            .hasMessageContaining("ring damaged");
      }
      try (PendingRecords pending = new PendingRecords(fd, RING)) {
        assertThat(pending.count()).isEmpty();
      }
    }
    assertThat(taken).isEmpty();
  }

  /** Each record of the ring is taken whole, or the reader says that the ring is damaged. */
  @Test
  void mutatedRingsAreReadOrRefusedButNeverMore() throws Exception {
    int begin = RING - 1024;
    int[] starts = new int[24];
    int refused = 0;
    long whole = 0;
    try (RingReader ring = new RingReader(fd, RING);
        PendingRecords pending = new PendingRecords(fd, RING)) {
      for (int i = 0; i < Fuzz.CASES; i++) {
        long seed = Fuzz.seed(i);
        Random random = new Random(seed);
        int end = begin;
        for (int n = 0; n < starts.length; n++) {
          starts[n] = end;
          end = put(end, 16 + random.nextInt(48), random.nextInt(16) == 0 ? DISCARD : 0, (byte) n);
        }
        long consumer = begin;
        long producer = end;
        for (int n = random.nextInt(3); n >= 0; n--) {
          int at = starts[random.nextInt(starts.length)];
          switch (random.nextInt(8)) {
            case 0 -> consumer = random.nextLong();
            case 1 -> producer = random.nextLong();
            case 2 -> producer += random.nextInt(4096) - 2048;
            case 3 -> putInt(at, random.nextInt() & ~BUSY);
            // Rarely: the reader gives a record that is being written some time.
            case 4 -> putInt(at, random.nextInt(64) == 0 ? BUSY : DISCARD);
            default -> putInt(at, random.nextInt(4096));
          }
        }
        positions(consumer, producer);
        taken.clear();
        assertThat(pending.count().values().stream().mapToLong(Long::longValue).sum())
            .as("seed %d", seed)
            .isLessThanOrEqualTo(RING / 8);
        try {
          int count = ring.drain(this::take, 10_000);
          assertThat(count).as("seed %d", seed).isEqualTo(taken.size());
          whole += count;
        } catch (CorruptRecordException e) {
          assertThat(e).as("seed %d", seed).hasMessageContaining("ring damaged");
          refused++;
        }
        long bytes = taken.stream().mapToLong(record -> record.length + 8L).sum();
        assertThat(bytes).as("seed %d", seed).isLessThanOrEqualTo(RING);
        long now = file.getLong(0);
        assertThat(now == consumer || now <= producer).as("seed %d", seed).isTrue();
      }
    }
    System.out.printf(
        "rings: %d mutated, %d refused, %d records of the others taken%n",
        Fuzz.CASES, refused, whole);
    assertThat(refused).isBetween(1, Fuzz.CASES - 1);
  }
}

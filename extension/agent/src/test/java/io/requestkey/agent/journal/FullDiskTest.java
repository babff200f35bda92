/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that gets full, and has room again. */
final class FullDiskTest {

  private static final long RETRY = TimeUnit.MILLISECONDS.toNanos(500);

  @TempDir private Path temporary;
  private boolean full;
  private int attempts;

  private JournalFixture fixture() {
    JournalFixture fixture =
        new JournalFixture(JournalFixture.files(temporary.resolve("journal"), 100));
    fixture.allocator =
        (channel, bytes) -> {
          attempts++;
          FileStore.writeZeros(channel, full ? bytes / 2 : bytes);
          if (full) {
            throw new FileSystemException("segment", null, "No space left on device");
          }
        };
    return fixture;
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  @Test
  void recordsAreRefusedAndStayInTheRing() throws Exception {
    try (JournalFixture fixture = fixture().open()) {
      fixture.append(10);
      full = true;
      int more = fixture.fill();
      assertThat(fixture.append()).isFalse();
      assertThat(fixture.journal().end()).isEqualTo(10 + more);
      assertThat(fixture.takeAll("logs")).isEqualTo(numbers(0, 10 + more));
      assertThat(fixture.messages)
          .singleElement()
          .asString()
          .contains("cannot store: No space left on device");
    }
  }

  @Test
  void itIsTriedAgainNowAndThenAndGoesOn() throws Exception {
    try (JournalFixture fixture = fixture().open()) {
      fixture.append(10);
      full = true;
      int more = fixture.fill();
      int before = attempts;
      assertThat(fixture.append()).isFalse();
      assertThat(fixture.append()).isFalse();
      assertThat(attempts).as("not for every record").isEqualTo(before);
      fixture.clocks.pass(RETRY);
      assertThat(fixture.append()).isFalse();
      assertThat(attempts).isEqualTo(before + 1);
      full = false;
      fixture.clocks.pass(RETRY);
      fixture.append(300);
      assertThat(fixture.takeAll("logs")).isEqualTo(numbers(0, 310 + more));
      assertThat(fixture.journal().damaged()).isZero();
      assertThat(fixture.messages).hasSize(2).last().asString().contains("can store again");
    }
  }

  @Test
  void whatWasAcknowledgedMakesRoomWithoutADiskThatHasAny() throws Exception {
    try (JournalFixture fixture = fixture().open()) {
      fixture.append(300);
      full = true;
      int more = fixture.fill();
      assertThat(fixture.finish("logs")).hasSize(300 + more);
      assertThat(fixture.finish("traces")).hasSize(300 + more);
      fixture.append(50);
      assertThat(fixture.takeAll("logs")).isEqualTo(numbers(300 + more, 350 + more));
    }
  }

  @Test
  void noHalfMadeFileIsLeft() throws Exception {
    JournalFixture fixture = fixture().open();
    full = true;
    assertThat(fixture.append()).isFalse();
    assertThat(JournalDirectory.names(temporary.resolve("journal")))
        .noneMatch(name -> name.startsWith("segment"));
    fixture.close();
  }

  @Test
  void anAgentStartsOnAFullDiskAndDeliversWhatItHas() throws Exception {
    JournalFixture fixture = fixture().open();
    fixture.append(300);
    fixture.abandon();
    full = true;
    fixture.open();
    assertThat(fixture.append()).isFalse();
    assertThat(fixture.finish("logs")).isEqualTo(numbers(0, 300));
    fixture.close();
  }

  @Test
  void whoAsksForItsSizeDoesNotWaitForADiskThatIsSlow() throws Exception {
    try (JournalFixture fixture =
        new JournalFixture(JournalFixture.files(temporary.resolve("journal"), 100))) {
      CountDownLatch writing = new CountDownLatch(1);
      CountDownLatch written = new CountDownLatch(1);
      fixture.open();
      fixture.append(10);
      fixture.abandon();
      fixture.allocator =
          (channel, bytes) -> {
            writing.countDown();
            try {
              written.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            FileStore.writeZeros(channel, bytes);
          };
      fixture.open();
      long before = fixture.journal().bytes();
      assertThat(before).isPositive();
      Thread ring = Thread.ofPlatform().start(() -> fixture.append(1));
      try {
        writing.await();
        assertThat(
                CompletableFuture.supplyAsync(fixture.journal()::bytes).get(20, TimeUnit.SECONDS))
            .isEqualTo(before);
      } finally {
        written.countDown();
      }
      ring.join();
      assertThat(fixture.journal().bytes()).isGreaterThan(before);
    }
  }

  /** The real thing: a file system of 1 MiB. */
  @Test
  void aRealFullFileSystem() throws Exception {
    Path mount = Files.createDirectory(temporary.resolve("small"));
    // Unit tests need no root, and this one cannot do without; CI runs as root.
    assumeThat(run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount.toString()))
        .as("mount(8) of a tmpfs, which root can")
        .isZero();
    try (JournalFixture fixture =
        new JournalFixture(JournalFixture.files(mount.resolve("journal"), 1000)).open()) {
      int held = fixture.fill();
      assertThat(held).isBetween(500, 1900);
      assertThat(fixture.messages).singleElement().asString().contains("No space left on device");
      // It takes a while until it asks again; a file that is in the way goes meanwhile.
      assertThat(fixture.finish("logs")).isEqualTo(numbers(0, held));
      assertThat(fixture.finish("traces")).isEqualTo(numbers(0, held));
      fixture.clocks.pass(RETRY);
      fixture.append(200);
      assertThat(fixture.finish("logs")).isEqualTo(numbers(held, held + 200));
      assertThat(fixture.journal().damaged()).isZero();
    } finally {
      assertThat(run("umount", mount.toString())).isZero();
    }
  }

  private static int run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      return -1;
    }
  }
}

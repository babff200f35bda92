/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process that appends and acknowledges, at random moments, again and again on one
 * directory. More of them: {@code -Drequestkey.test.kills=1000}.
 */
final class KillTest {

  private static final int KILLS = Integer.getInteger("requestkey.test.kills", 8);
  private static final long SEED = Long.getLong("requestkey.test.seed", 20);
  private static final long START_LIMIT = TimeUnit.SECONDS.toNanos(60);

  @TempDir private Path temporary;

  @Test
  void whatWasTakenIsThereAndWhatWasAcknowledgedStaysSo() throws Exception {
    Random random = new Random(SEED);
    Path directory = temporary.resolve("journal");
    try (Arena arena = Arena.ofShared()) {
      MemorySegment notes = KilledAgent.notes(temporary.resolve("notes"), arena);
      for (int i = 0; i < KILLS; i++) {
        long before = notes.get(Bytes.LONG, KilledAgent.APPENDED);
        Process agent = start(directory, temporary.resolve("notes"));
        awaitAppends(agent, notes, before);
        Thread.sleep(random.nextInt(60), random.nextInt(1_000_000));
        agent.destroyForcibly();
        assertThat(agent.waitFor()).as("ended by SIGKILL").isEqualTo(128 + 9);
        check(directory, notes, "kill " + i + " of seed " + SEED);
      }
    }
  }

  private static Process start(Path directory, Path notes) throws Exception {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path", ""),
                KilledAgent.class.getName(),
                directory.toString(),
                notes.toString()))
        .inheritIO()
        .start();
  }

  private static void awaitAppends(Process agent, MemorySegment notes, long before)
      throws InterruptedException {
    long begun = System.nanoTime();
    while (notes.get(Bytes.LONG, KilledAgent.APPENDED) <= before) {
      assertThat(agent.isAlive()).as("the agent runs").isTrue();
      assertThat(System.nanoTime() - begun).as("time to start").isLessThan(START_LIMIT);
      Thread.sleep(1);
    }
  }

  private static void check(Path directory, MemorySegment notes, String when) throws Exception {
    long appended = notes.get(Bytes.LONG, KilledAgent.APPENDED);
    long acknowledged = notes.get(Bytes.LONG, KilledAgent.ACKNOWLEDGED);
    try (JournalFixture fixture =
        new JournalFixture(JournalFixture.files(directory, 64)).open(Set.of("logs"))) {
      JournalReader logs = fixture.reader("logs");
      long next = logs.next();
      long end = fixture.journal().end();
      assertThat(next).as("%s: cursor", when).isBetween(acknowledged, acknowledged + 1);
      assertThat(end).as("%s: end", when).isBetween(appended, appended + 1);
      assertThat(
              logs.account().map(account -> (long) Bytes.LONG_IN_ARRAY.get(account, 0)).orElse(0L))
          .as("%s: account, as durable as the cursor", when)
          .isEqualTo(next);
      assertThat(fixture.takeAll("logs"))
          .as(when)
          .isEqualTo(LongStream.range(next, end).boxed().toList());
      assertThat(fixture.journal().damaged()).as(when).isZero();
      assertThat(fixture.messages).as(when).allMatch(m -> m.contains("one of the two copies"));
    }
  }
}

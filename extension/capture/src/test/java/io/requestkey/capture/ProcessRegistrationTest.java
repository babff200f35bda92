/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** This process is the one that publishes. */
final class ProcessRegistrationTest {

  private static final int PID = (int) ProcessHandle.current().pid();

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment memory = arena.allocate(4096, 8);
  private final Table table = new Table();
  private final ProcessRegistration registration = new ProcessRegistration(table, Path.of("/proc"));

  /** Writes down what is done to it. */
  private static final class Table implements ProcessTable {
    final List<String> events = new ArrayList<>();
    final List<ProcessEntry> entries = new ArrayList<>();
    final List<Integer> removed = new ArrayList<>();
    Runnable onEnter = () -> {};
    boolean gone;

    @Override
    public boolean enter(int pid, ProcessEntry entry) {
      events.add("enter");
      entries.add(entry);
      onEnter.run();
      return true;
    }

    @Override
    public boolean confirm(int pid, ProcessEntry entry) {
      events.add("confirm");
      return !gone;
    }

    @Override
    public void remove(int pid) {
      events.add("remove");
      removed.add(pid);
    }

    @Override
    public Set<Integer> pids() {
      return Set.of(PID, 1 << 22);
    }
  }

  @AfterEach
  void free() {
    arena.close();
  }

  private void publish(long at) {
    ByteBuffer context =
        ContextBytes.published(
            memory.address(),
            at,
            new ContextBytes()
                .resource("service.name", "shop")
                .attribute(ProcessContext.TLS_OFFSET, -240)
                .payload());
    MemorySegment.copy(MemorySegment.ofBuffer(context), 0, memory, 0, context.limit());
  }

  @Test
  void processIsEnteredThenPutToUse() throws Exception {
    publish(1);
    assertThat(registration.register(PID, memory.address())).isTrue();
    assertThat(table.events).containsExactly("enter", "confirm");
    assertThat(table.entries)
        .containsExactly(
            new ProcessEntry(
                ProcessStart.bootNanos(Path.of("/proc/self")),
                new ThreadVariable.Static(-240),
                "shop"));
  }

  @Test
  void processThatChangesWhileItIsEnteredIsReadAgain() throws Exception {
    publish(1);
    table.onEnter =
        () -> {
          table.onEnter = () -> {};
          publish(2);
        };
    assertThat(registration.register(PID, memory.address())).isTrue();
    assertThat(table.events).containsExactly("enter", "remove", "enter", "confirm");
  }

  @Test
  void processThatAnExecTookOutIsNotEntered() throws Exception {
    publish(1);
    table.gone = true;
    assertThat(registration.register(PID, memory.address())).isFalse();
    assertThat(table.events).containsExactly("enter", "confirm");
  }

  @Test
  void contextThatIsNeverWholeIsGivenUp() throws Exception {
    publish(0);
    assertThat(registration.register(PID, memory.address())).isFalse();
    assertThat(table.events).containsExactly("remove");
  }

  @Test
  void processWithoutContextIsTakenOut() throws Exception {
    assertThat(registration.register(PID, 4096)).isFalse();
    assertThat(table.events).containsExactly("remove");
  }

  @Test
  void thisProcessIsEnteredUnderTheIdThatTheKernelHasForIt() throws Exception {
    // Nothing is published where a reader would look by itself, so it is taken out.
    assertThat(registration.registerSelf(1 << 21)).isFalse();
    assertThat(table.events).containsExactly("remove");
    assertThat(table.removed).containsExactly(1 << 21);
  }

  @Test
  void noProcess() throws Exception {
    assertThat(registration.register(-1, 0)).isFalse();
    assertThat(registration.register(1 << 22, 0)).isFalse();
    assertThat(registration.registerSelf(0)).isFalse();
  }

  @Test
  void sweepTakesOutWhatHasEnded() {
    registration.sweep();
    assertThat(table.events).containsExactly("remove");
  }

  /** Its libraries have tables without end. */
  @Test
  @Timeout(120)
  void processWithMoreToReadThanIsSensibleIsNotEntered(@TempDir Path proc) throws Exception {
    Path process = Files.createDirectories(proc.resolve("5"));
    Files.copy(Path.of("/proc/self/stat"), process.resolve("stat"));
    long address = 0x4000;
    byte[] payload =
        new ContextBytes()
            .resource("service.name", "shop")
            .attribute("threadlocal.schema_version", "tlsdesc_v1")
            .payload();
    try (FileChannel memory =
        FileChannel.open(
            process.resolve("mem"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      memory.write(ContextBytes.published(address, 1, payload), address);
    }
    StringBuilder maps = new StringBuilder("4000-5000 r--p 00000000 00:00 0 [anon:OTEL_CTX]\n");
    for (int i = 0; i < 64; i++) {
      Path library = Files.createDirectories(process.resolve("root")).resolve("lib" + i);
      ThreadVariableFinderTest.endless(library);
      maps.append(
          String.format("%x000-%x000 r-xp 00000000 08:01 %d /lib%d\n", 16 + i, 17 + i, i, i));
    }
    Files.writeString(process.resolve("maps"), maps);
    assertThat(new ProcessRegistration(table, proc).register(5, 0)).isFalse();
    assertThat(table.events).containsExactly("remove");

    // It is the tables that it is refused for.
    Files.writeString(process.resolve("maps"), maps.substring(0, maps.indexOf("\n") + 1));
    assertThat(new ProcessRegistration(table, proc).register(5, 0)).isTrue();
  }
}

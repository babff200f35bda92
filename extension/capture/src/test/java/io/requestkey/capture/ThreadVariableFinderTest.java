/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The access models of thread-local variables, as linker and loader leave them. */
final class ThreadVariableFinderTest {

  private static final int X86_64 = ElfObject.MACHINE_X86_64;
  private static final int AARCH64 = ElfObject.MACHINE_AARCH64;
  private static final long VALUE = 0x18;
  private static final long START = 0x7f00_0000_0000L;
  private static final long SLOT = 0x2000;
  private static final long POINTED = 0x7e00_0000_0000L;

  private static final int DYNAMIC = 0x200;
  private static final int HASH = 0x400;
  private static final int SYMBOLS = 0x500;
  private static final int STRINGS = 0x600;
  private static final int RELOCATIONS = 0x700;
  private static final int SIZE = 0x800;

  @TempDir Path folder;

  /** An object with that variable as its second symbol and one relocation. */
  private static ByteBuffer object(int machine, int relocation, int symbol, long addend) {
    ByteBuffer b = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    b.putInt(0, 0x464c457f).put(4, (byte) 2).put(5, (byte) 1);
    b.putShort(16, (short) 3).putShort(18, (short) machine).putLong(32, 64);
    b.putShort(54, (short) 56).putShort(56, (short) 3);
    // The file is loaded as it is, at 0.
    segment(b, 64, 1, 0, SIZE, SIZE, 0x1000);
    segment(b, 120, 2, DYNAMIC, 0x100, 0x100, 8);
    segment(b, 176, 7, 0x3008, 0x20, 0x24, 0x10);
    long[] dynamic = {4, HASH, 5, STRINGS, 6, SYMBOLS, 7, RELOCATIONS, 8, 24, 0, 0};
    for (int i = 0; i < dynamic.length; i++) {
      b.putLong(DYNAMIC + 8 * i, dynamic[i]);
    }
    b.putInt(HASH, 1).putInt(HASH + 4, 3);
    b.putInt(SYMBOLS + 24, 1).put(SYMBOLS + 28, (byte) 0x12).putShort(SYMBOLS + 30, (short) 5);
    b.putInt(SYMBOLS + 48, 7).put(SYMBOLS + 52, (byte) 0x16).putShort(SYMBOLS + 54, (short) 5);
    b.putLong(SYMBOLS + 56, VALUE);
    b.put(STRINGS, "\0other\0otel_thread_ctx_v1\0".getBytes(StandardCharsets.US_ASCII));
    b.putLong(RELOCATIONS, SLOT).putLong(RELOCATIONS + 8, (long) symbol << 32 | relocation);
    b.putLong(RELOCATIONS + 16, addend);
    return b;
  }

  private static void segment(
      ByteBuffer b, int at, int type, long address, long fileSize, long memorySize, long align) {
    b.putInt(at, type).putLong(at + 8, address).putLong(at + 16, address);
    b.putLong(at + 32, fileSize).putLong(at + 40, memorySize).putLong(at + 48, align);
  }

  /** Memory of 16-byte places. */
  private static RemoteMemory memory(Map<Long, long[]> places) {
    return (address, length) -> {
      long[] words = places.get(address);
      return words == null
          ? null
          : ByteBuffer.allocate(16)
              .order(ByteOrder.nativeOrder())
              .putLong(words[0])
              .putLong(words[1])
              .array();
    };
  }

  private ThreadVariable find(ByteBuffer object, boolean main, boolean musl, RemoteMemory memory)
      throws IOException {
    Path path = folder.resolve("object");
    byte[] bytes = new byte[object.capacity()];
    object.get(0, bytes);
    Files.write(path, bytes);
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      return ThreadVariableFinder.inObject(
          ElfObject.read(file, new ReadBudget()), START, main, musl, memory);
    }
  }

  private ThreadVariable inLibrary(ByteBuffer object, long first, long second) throws IOException {
    return find(
        object,
        false,
        false,
        memory(
            Map.of(
                START + SLOT, new long[] {first, second}, POINTED, new long[] {9, VALUE, 0, 0})));
  }

  @Test
  void executableOfX86EndsAtTheThreadPointer() throws IOException {
    // 0x24 bytes at an address 8 behind a multiple of 16 begin 0x28 before it.
    assertThat(find(object(X86_64, 0, 0, 0), true, false, memory(Map.of())))
        .isEqualTo(new ThreadVariable.Static(-0x28 + VALUE));
  }

  @Test
  void executableOfArmBeginsBehindTwoWords() throws IOException {
    assertThat(find(object(AARCH64, 0, 0, 0), true, false, memory(Map.of())))
        .isEqualTo(new ThreadVariable.Static(16 + 8 + VALUE));
  }

  @Test
  void initialExecHasTheOffset() throws IOException {
    assertThat(inLibrary(object(X86_64, 18, 2, 0), -240, 0))
        .isEqualTo(new ThreadVariable.Static(-240));
    assertThat(inLibrary(object(AARCH64, 1030, 2, 0), 240, 0))
        .isEqualTo(new ThreadVariable.Static(240));
  }

  @Test
  void globalDynamicHasTheModule() throws IOException {
    assertThat(inLibrary(object(X86_64, 16, 2, 0), 4, 0))
        .isEqualTo(new ThreadVariable.Dynamic(4, VALUE, new ThreadVariable.Vector(8, -16, 16)));
    assertThat(inLibrary(object(AARCH64, 1028, 2, 0), 4, 0))
        .isEqualTo(new ThreadVariable.Dynamic(4, VALUE, new ThreadVariable.Vector(0, -16, 16)));
  }

  @Test
  void muslKeepsItsVectorElsewhere() throws IOException {
    RemoteMemory memory = memory(Map.of(START + SLOT, new long[] {4, 0}));
    assertThat(find(object(X86_64, 16, 2, 0), false, true, memory))
        .isEqualTo(new ThreadVariable.Dynamic(4, VALUE, new ThreadVariable.Vector(8, 0, 8)));
    assertThat(find(object(AARCH64, 1028, 2, 0), false, true, memory))
        .isEqualTo(new ThreadVariable.Dynamic(4, VALUE, new ThreadVariable.Vector(-8, 0, 8)));
  }

  @Test
  void descriptorHasTheOffsetOrLeadsToTheModule() throws IOException {
    assertThat(inLibrary(object(X86_64, 36, 2, 0), 1, -240))
        .isEqualTo(new ThreadVariable.Static(-240));
    assertThat(inLibrary(object(AARCH64, 1031, 2, 0), 1, 240))
        .isEqualTo(new ThreadVariable.Static(240));
    assertThat(inLibrary(object(X86_64, 36, 2, 0), 1, POINTED))
        .isEqualTo(
            new ThreadVariable.Dynamic(9, VALUE, ThreadVariable.Vector.glibc(/* arm= */ false)));
  }

  @Test
  void variableThatTheLinkerHasBoundIsKnownByItsPlace() throws IOException {
    assertThat(inLibrary(object(X86_64, 36, 0, VALUE), 1, -240))
        .isEqualTo(new ThreadVariable.Static(-240));
    assertThat(inLibrary(object(X86_64, 36, 0, VALUE + 8), 1, -240))
        .isEqualTo(new ThreadVariable.None());
  }

  @Test
  void otherRelocationsAreNotIts() throws IOException {
    assertThat(inLibrary(object(X86_64, 18, 1, 0), -240, 0)).isEqualTo(new ThreadVariable.None());
  }

  @Test
  void objectWithoutTheVariable() throws IOException {
    ByteBuffer object = object(X86_64, 18, 2, 0).put(STRINGS + 10, (byte) 'X');
    assertThat(inLibrary(object, -240, 0)).isEqualTo(new ThreadVariable.None());
    ByteBuffer undefined = object(X86_64, 18, 2, 0).putShort(SYMBOLS + 54, (short) 0);
    assertThat(inLibrary(undefined, -240, 0)).isEqualTo(new ThreadVariable.None());
  }

  @Test
  void moduleThatNoLoaderNumbersSo() throws IOException {
    assertThat(inLibrary(object(X86_64, 16, 2, 0), 0, 0)).isEqualTo(new ThreadVariable.None());
    assertThat(inLibrary(object(X86_64, 16, 2, 0), 1L << 40, 0))
        .isEqualTo(new ThreadVariable.None());
  }

  /** With a table of the GNU kind whose chain has no end, in a file that takes no room on disk. */
  static void endless(Path path) throws IOException {
    int chain = 1 << 20;
    int size = chain + (16 << 20);
    ByteBuffer object = object(X86_64, 18, 2, 0);
    segment(object, 64, 1, 0, size, size, 0x1000);
    object.putLong(DYNAMIC + 80, 0x6ffffef5).putLong(DYNAMIC + 88, chain - 16 - 8 - 4);
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(object, 0);
      // One bucket, which begins at the first symbol; no bloom filter to speak of.
      ByteBuffer table = ByteBuffer.allocate(28).order(ByteOrder.LITTLE_ENDIAN);
      table.putInt(0, 1).putInt(4, 1).putInt(8, 1).putInt(24, 1);
      file.write(table, chain - 16 - 8 - 4);
      file.write(ByteBuffer.allocate(1), size - 1);
    }
  }

  @Test
  void chainWithoutEndIsFollowedAsFarAsTheBudgetGoes() throws IOException {
    Path path = folder.resolve("endless");
    endless(path);
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      ElfObject object = ElfObject.read(file, new ReadBudget(10_000));
      assertThatThrownBy(() -> object.threadLocal(ThreadVariableFinder.NAME))
          .isInstanceOf(ReadBudget.SpentException.class);
    }
  }

  @Test
  void allObjectsOfAProcessHaveOneBudget() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 64; i++) {
      endless(Files.createDirectories(folder.resolve("root")).resolve("lib" + i));
      lines.append(
          String.format("%x000-%x000 r-xp 00000000 08:01 %d /lib%d\n", 16 + i, 17 + i, i, i));
    }
    ProcessMaps maps = ProcessMaps.parse(new BufferedReader(new StringReader(lines.toString())));
    assertThat(maps.mappings()).hasSize(64);
    ReadBudget budget = new ReadBudget();
    assertThatThrownBy(() -> ThreadVariableFinder.find(folder, maps, memory(Map.of()), budget))
        .isInstanceOf(ReadBudget.SpentException.class);
    assertThatThrownBy(() -> budget.spend(1)).isInstanceOf(ReadBudget.SpentException.class);
  }

  @Test
  void budgetCountsReadsAndBytes() throws IOException {
    ReadBudget budget = new ReadBudget(13);
    budget.spend(0);
    budget.spend(16 << 10);
    assertThatThrownBy(() -> budget.spend(48 << 10)).isInstanceOf(ReadBudget.SpentException.class);
  }

  /** Whatever the bytes are, it ends with a place, none, or a refusal. */
  @Test
  void hostileObjects() throws IOException {
    Random random = new Random(4947);
    for (int i = 0; i < 1_000; i++) {
      ByteBuffer object = object(X86_64, 36, 2, 0);
      for (int flips = random.nextInt(6); flips >= 0; flips--) {
        object.put(random.nextInt(0x730), (byte) random.nextInt());
      }
      try {
        assertThat(inLibrary(object, 1, POINTED)).isNotNull();
      } catch (IOException e) {
        assertThat(e).isNotNull();
      }
    }
  }
}

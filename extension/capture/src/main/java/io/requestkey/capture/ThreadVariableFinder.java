/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds {@code otel_thread_ctx_v1} in a process whose publisher does not tell where it is (OTEP
 * 4947, reading protocol 1.2): in the symbols of its executable and libraries. Which of the three
 * access models a library uses shows in its relocations, and what the loader has made of them in
 * the memory they fill.
 *
 * <p>Stateless; safe for any thread.
 */
final class ThreadVariableFinder {

  static final String NAME = "otel_thread_ctx_v1";

  private static final int MAX_OBJECTS = 2048;

  /** A thread-local block in static TLS is not farther from the thread pointer. */
  private static final long MAX_STATIC_OFFSET = 1 << 20;

  /** glibc and musl number modules from 1, one for each object with thread-local variables. */
  private static final long MAX_MODULE = 1 << 16;

  private ThreadVariableFinder() {}

  /**
   * Looks through the executable, then the libraries, in the order of their addresses.
   *
   * @param directory {@code /proc/PID}
   * @throws ReadBudget.SpentException when there is more to read than there is budget
   */
  static ThreadVariable find(
      Path directory, ProcessMaps maps, RemoteMemory memory, ReadBudget budget)
      throws ReadBudget.SpentException {
    @Nullable String executable = executable(directory);
    boolean musl = false;
    for (ProcessMaps.Mapping mapping : maps.mappings()) {
      musl |= mapping.name().contains("/ld-musl-");
    }
    Set<String> withCode = new HashSet<>();
    for (ProcessMaps.Mapping mapping : maps.mappings()) {
      if (mapping.executable() && mapping.name().startsWith("/")) {
        withCode.add(mapping.file());
      }
    }
    for (boolean main : new boolean[] {true, false}) {
      Set<String> seen = new HashSet<>();
      for (ProcessMaps.Mapping mapping : maps.mappings()) {
        if (mapping.offset() != 0
            || !withCode.contains(mapping.file())
            || mapping.name().equals(executable) != main
            || seen.size() >= MAX_OBJECTS
            || !seen.add(mapping.file())) {
          continue;
        }
        ThreadVariable found = inObject(directory, mapping, main, musl, memory, budget);
        if (!(found instanceof ThreadVariable.None)) {
          return found;
        }
      }
    }
    return new ThreadVariable.None();
  }

  private static @Nullable String executable(Path directory) {
    try {
      return Files.readSymbolicLink(directory.resolve("exe")).toString();
    } catch (IOException e) {
      return null;
    }
  }

  private static ThreadVariable inObject(
      Path directory,
      ProcessMaps.Mapping mapping,
      boolean main,
      boolean musl,
      RemoteMemory memory,
      ReadBudget budget)
      throws ReadBudget.SpentException {
    try (FileChannel file = open(directory, mapping)) {
      return file == null
          ? new ThreadVariable.None()
          : inObject(ElfObject.read(file, budget), mapping.start(), main, musl, memory);
    } catch (ReadBudget.SpentException e) {
      throw e;
    } catch (IOException e) {
      return new ThreadVariable.None();
    }
  }

  /** The very file that is mapped, even if it is deleted or another one has its name now. */
  private static @Nullable FileChannel open(Path directory, ProcessMaps.Mapping mapping)
      throws IOException {
    Path mapped =
        directory
            .resolve("map_files")
            .resolve(Long.toHexString(mapping.start()) + "-" + Long.toHexString(mapping.end()));
    // Needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE; by its name it may be had without.
    Path path =
        Files.isRegularFile(mapped) ? mapped : Path.of(directory + "/root" + mapping.name());
    return Files.isRegularFile(path) ? FileChannel.open(path, StandardOpenOption.READ) : null;
  }

  /**
   * Looks in one object.
   *
   * @param start where its first byte is mapped
   * @param main whether it is the executable
   */
  static ThreadVariable inObject(
      ElfObject object, long start, boolean main, boolean musl, RemoteMemory memory)
      throws IOException {
    boolean arm = object.machine() == ElfObject.MACHINE_AARCH64;
    ElfObject.ThreadLocalSymbol variable = object.threadLocal(NAME);
    ElfObject.TlsSegment segment = object.tls();
    if (variable == null
        || segment == null
        || (!arm && object.machine() != ElfObject.MACHINE_X86_64)) {
      return new ThreadVariable.None();
    }
    if (main) {
      return new ThreadVariable.Static(offsetInExecutable(segment, arm) + variable.value());
    }
    long moved = object.fixedAddress() ? 0 : start - object.firstAddress();
    TlsRelocations types = arm ? TlsRelocations.AARCH64 : TlsRelocations.X86_64;
    ThreadVariable.Vector vector =
        musl ? ThreadVariable.Vector.musl(arm) : ThreadVariable.Vector.glibc(arm);
    List<ElfObject.Relocation> ofVariable =
        object.relocations(relocation ->
            relocation.symbol() == variable.index()
                // The linker has bound it, or it is the module's own number.
                || (relocation.symbol() == 0
                    && (relocation.type() == types.module
                        || (types.has(relocation.type())
                            && relocation.addend() == variable.value()))));
    for (ElfObject.Relocation relocation : ofVariable) {
      ThreadVariable found =
          filled(relocation, moved, types, variable.value(), vector, arm, memory);
      if (!(found instanceof ThreadVariable.None)) {
        return found;
      }
    }
    return new ThreadVariable.None();
  }

  /**
   * Where the block of an executable begins, from the thread pointer: the linker has built the
   * number into its code, so every loader does it this way (Drepper, "ELF Handling For Thread-Local
   * Storage", variants II and I).
   */
  static long offsetInExecutable(ElfObject.TlsSegment segment, boolean arm) {
    long mask = Math.max(segment.alignment(), 1) - 1;
    if (arm) {
      return 16 + ((segment.address() - 16) & mask);
    }
    return -segment.memorySize() - ((-segment.address() - segment.memorySize()) & mask);
  }

  private static ThreadVariable filled(
      ElfObject.Relocation relocation,
      long moved,
      TlsRelocations types,
      long value,
      ThreadVariable.Vector vector,
      boolean arm,
      RemoteMemory memory) {
    byte[] words = memory.read(moved + relocation.address(), 16);
    if (words == null) {
      return new ThreadVariable.None();
    }
    ByteBuffer slot = ByteBuffer.wrap(words).order(ByteOrder.nativeOrder());
    if (relocation.type() == types.offset) {
      return new ThreadVariable.Static(slot.getLong(0));
    }
    if (relocation.type() == types.module) {
      return dynamic(slot.getLong(0), value, vector);
    }
    if (relocation.type() != types.descriptor) {
      return new ThreadVariable.None();
    }
    // A function and its argument: an offset from the thread pointer, or the address of module and
    // offset (glibc: struct tlsdesc_dynamic_arg; musl: src/ldso/dynlink.c, struct td_index).
    long argument = slot.getLong(8);
    if (arm
        ? argument > 0 && argument < MAX_STATIC_OFFSET
        : argument < 0 && argument > -MAX_STATIC_OFFSET) {
      return new ThreadVariable.Static(argument);
    }
    byte[] index = memory.read(argument, 16);
    if (index == null) {
      return new ThreadVariable.None();
    }
    ByteBuffer pair = ByteBuffer.wrap(index).order(ByteOrder.nativeOrder());
    return pair.getLong(8) == value
        ? dynamic(pair.getLong(0), value, vector)
        : new ThreadVariable.None();
  }

  private static ThreadVariable dynamic(long module, long offset, ThreadVariable.Vector vector) {
    return module > 0 && module < MAX_MODULE && offset >= 0
        ? new ThreadVariable.Dynamic(module, offset, vector)
        : new ThreadVariable.None();
  }

  /** Numbers of relocations (the ABIs' supplements for x86-64 and AArch64). */
  private enum TlsRelocations {
    X86_64(16, 18, 36),
    AARCH64(1028, 1030, 1031);

    final int module;
    final int offset;
    final int descriptor;

    TlsRelocations(int module, int offset, int descriptor) {
      this.module = module;
      this.offset = offset;
      this.descriptor = descriptor;
    }

    boolean has(int type) {
      return type == module || type == offset || type == descriptor;
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The dynamic symbols of a 64-bit ELF object, read from a file nobody vouches for. Only what the
 * loader itself uses is read (program headers and the dynamic section), because the rest may be
 * stripped. Not thread-safe; the file is the caller's.
 */
final class ElfObject {

  /** The file is no ELF object we can read. */
  static final class NotElfException extends IOException {
    private static final long serialVersionUID = 1L;

    NotElfException(String message) {
      super(message);
    }
  }

  /**
   * A relocation.
   *
   * @param address that it fills, before the object is moved to its load address
   * @param type as the architecture numbers them
   * @param symbol index of its symbol; 0 for none
   */
  record Relocation(long address, int type, int symbol, long addend) {}

  /**
   * A thread-local variable that the object defines.
   *
   * @param index of its symbol
   * @param value offset in the object's block of thread-local variables
   */
  record ThreadLocalSymbol(int index, long value) {}

  /** PT_TLS: the block of the object's thread-local variables. */
  record TlsSegment(long address, long memorySize, long alignment) {}

  static final int MACHINE_X86_64 = 62;
  static final int MACHINE_AARCH64 = 183;
  static final int TYPE_EXECUTABLE = 2;

  private static final int HEADER_BYTES = 64;
  private static final int PROGRAM_HEADER_BYTES = 56;
  private static final int DYNAMIC_BYTES = 16;
  private static final int SYMBOL_BYTES = 24;
  private static final int RELOCATION_BYTES = 24;
  private static final int MAX_PROGRAM_HEADERS = 1024;
  private static final int MAX_DYNAMIC = 4096;
  private static final int MAX_SYMBOLS = 1 << 22;
  private static final long MAX_RELOCATION_BYTES = 64 << 20;
  private static final long CHUNK_BYTES = 2048L * RELOCATION_BYTES;
  private static final int MAX_WANTED = 64;

  private static final int PT_LOAD = 1;
  private static final int PT_DYNAMIC = 2;
  private static final int PT_TLS = 7;
  private static final int DT_HASH = 4;
  private static final int DT_STRTAB = 5;
  private static final int DT_SYMTAB = 6;
  private static final int DT_RELA = 7;
  private static final int DT_RELASZ = 8;
  private static final int DT_PLTRELSZ = 2;
  private static final int DT_JMPREL = 23;
  private static final int DT_GNU_HASH = 0x6ffffef5;
  private static final int STT_TLS = 6;

  private record Segment(long offset, long address, long fileSize) {}

  private final FileChannel file;
  private final ReadBudget budget;
  private final int machine;
  private final int type;
  private final List<Segment> loads = new ArrayList<>();
  private @Nullable TlsSegment tls;
  private long hash;
  private long gnuHash;
  private long strings;
  private long symbols;
  private long rela;
  private long relaSize;
  private long jumpRela;
  private long jumpRelaSize;

  private ElfObject(FileChannel file, ReadBudget budget, int machine, int type) {
    this.file = file;
    this.budget = budget;
    this.machine = machine;
    this.type = type;
  }

  /**
   * Reads the headers.
   *
   * @param budget that this and all that is asked later takes from
   * @throws IOException when it is no ELF object of this machine's kind, or cannot be read
   * @throws ReadBudget.SpentException when there is more to read than there is budget
   */
  static ElfObject read(FileChannel file, ReadBudget budget) throws IOException {
    ByteBuffer header = bytes(file, budget, 0, HEADER_BYTES);
    // Class 64 bits, little endian.
    if (header.getInt(0) != 0x464c457f || header.get(4) != 2 || header.get(5) != 1) {
      throw new NotElfException("no 64-bit little-endian ELF object");
    }
    ElfObject object = new ElfObject(file, budget, header.getShort(18), header.getShort(16));
    int count = Short.toUnsignedInt(header.getShort(56));
    if (header.getShort(54) != PROGRAM_HEADER_BYTES || count > MAX_PROGRAM_HEADERS) {
      throw new NotElfException("program headers of an unknown kind");
    }
    ByteBuffer headers = bytes(file, budget, header.getLong(32), count * PROGRAM_HEADER_BYTES);
    long dynamicOffset = 0;
    long dynamicSize = 0;
    for (int at = 0; at < headers.limit(); at += PROGRAM_HEADER_BYTES) {
      long offset = headers.getLong(at + 8);
      long address = headers.getLong(at + 16);
      long fileSize = headers.getLong(at + 32);
      switch (headers.getInt(at)) {
        case PT_LOAD -> object.loads.add(new Segment(offset, address, fileSize));
        case PT_TLS ->
            object.tls =
                new TlsSegment(address, headers.getLong(at + 40), headers.getLong(at + 48));
        case PT_DYNAMIC -> {
          dynamicOffset = offset;
          dynamicSize = fileSize;
        }
        default -> {}
      }
    }
    object.dynamic(
        bytes(file, budget, dynamicOffset, (int) Math.clamp(dynamicSize, 0L, MAX_DYNAMIC * 16L)));
    return object;
  }

  private void dynamic(ByteBuffer entries) {
    for (int at = 0; at + DYNAMIC_BYTES <= entries.limit(); at += DYNAMIC_BYTES) {
      long value = entries.getLong(at + 8);
      switch ((int) entries.getLong(at)) {
        case DT_HASH -> hash = value;
        case DT_GNU_HASH -> gnuHash = value;
        case DT_STRTAB -> strings = value;
        case DT_SYMTAB -> symbols = value;
        case DT_RELA -> rela = value;
        case DT_RELASZ -> relaSize = value;
        case DT_JMPREL -> jumpRela = value;
        case DT_PLTRELSZ -> jumpRelaSize = value;
        default -> {}
      }
    }
  }

  int machine() {
    return machine;
  }

  /** Whether it is loaded where it says, not moved. */
  boolean fixedAddress() {
    return type == TYPE_EXECUTABLE;
  }

  /** Address of the byte of the file that is mapped first, before the object is moved. */
  long firstAddress() throws NotElfException {
    if (loads.isEmpty()) {
      throw new NotElfException("nothing to load");
    }
    Segment first = loads.getFirst();
    return first.address - first.offset;
  }

  @Nullable TlsSegment tls() {
    return tls;
  }

  /** The exported thread-local variable of that name that the object defines, or null. */
  @Nullable ThreadLocalSymbol threadLocal(String name) throws IOException {
    if (tls == null || symbols == 0 || strings == 0) {
      return null;
    }
    byte[] wanted = (name + '\0').getBytes(StandardCharsets.US_ASCII);
    return gnuHash != 0 ? findByGnuHash(wanted) : hash != 0 ? findInAll(wanted) : null;
  }

  private @Nullable ThreadLocalSymbol findByGnuHash(byte[] name) throws IOException {
    ByteBuffer head = at(gnuHash, 16);
    long buckets = Integer.toUnsignedLong(head.getInt(0));
    long firstSymbol = Integer.toUnsignedLong(head.getInt(4));
    long bloomWords = Integer.toUnsignedLong(head.getInt(8));
    if (buckets == 0 || buckets > MAX_SYMBOLS || bloomWords > MAX_SYMBOLS) {
      return null;
    }
    int nameHash = 5381;
    for (int i = 0; i < name.length - 1; i++) {
      nameHash = nameHash * 33 + name[i];
    }
    long bucketTable = gnuHash + 16 + 8 * bloomWords;
    long symbol =
        Integer.toUnsignedLong(
            at(
                    bucketTable
                        + 4 * Long.remainderUnsigned(Integer.toUnsignedLong(nameHash), buckets),
                    4)
                .getInt(0));
    if (symbol < firstSymbol) {
      return null;
    }
    long chains = bucketTable + 4 * buckets;
    for (int steps = 0; steps < MAX_SYMBOLS && symbol < MAX_SYMBOLS; steps++, symbol++) {
      int chained = at(chains + 4 * (symbol - firstSymbol), 4).getInt(0);
      if ((chained | 1) == (nameHash | 1)) {
        ThreadLocalSymbol found = defined((int) symbol, name);
        if (found != null) {
          return found;
        }
      }
      if ((chained & 1) != 0) {
        return null;
      }
    }
    return null;
  }

  private @Nullable ThreadLocalSymbol findInAll(byte[] name) throws IOException {
    long count = Integer.toUnsignedLong(at(hash + 4, 4).getInt(0));
    for (int symbol = 1; symbol < Math.min(count, MAX_SYMBOLS); symbol++) {
      ThreadLocalSymbol found = defined(symbol, name);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** The symbol, when it is a defined thread-local variable of that name. */
  private @Nullable ThreadLocalSymbol defined(int index, byte[] name) throws IOException {
    ByteBuffer symbol = at(symbols + (long) SYMBOL_BYTES * index, SYMBOL_BYTES);
    boolean isDefined = symbol.getShort(6) != 0;
    if (!isDefined || (symbol.get(4) & 0xf) != STT_TLS) {
      return null;
    }
    ByteBuffer found = at(strings + Integer.toUnsignedLong(symbol.getInt(0)), name.length);
    return found.equals(ByteBuffer.wrap(name))
        ? new ThreadLocalSymbol(index, symbol.getLong(8))
        : null;
  }

  /** Those that pass, in order; a table can be large, so it is not read at once. */
  List<Relocation> relocations(Predicate<Relocation> wanted) throws IOException {
    List<Relocation> all = new ArrayList<>();
    relocations(rela, relaSize, wanted, all);
    relocations(jumpRela, jumpRelaSize, wanted, all);
    return all;
  }

  private void relocations(
      long address, long size, Predicate<Relocation> wanted, List<Relocation> to)
      throws IOException {
    if (address == 0) {
      return;
    }
    long end = Math.min(size, MAX_RELOCATION_BYTES);
    for (long done = 0; done + RELOCATION_BYTES <= end; done += CHUNK_BYTES) {
      ByteBuffer table = at(address + done, (int) Math.min(CHUNK_BYTES, end - done));
      for (int at = 0; at + RELOCATION_BYTES <= table.limit(); at += RELOCATION_BYTES) {
        long info = table.getLong(at + 8);
        Relocation relocation =
            new Relocation(
                table.getLong(at), (int) info, (int) (info >>> 32), table.getLong(at + 16));
        if (to.size() < MAX_WANTED && wanted.test(relocation)) {
          to.add(relocation);
        }
      }
    }
  }

  /** Bytes by the address they are loaded at. */
  private ByteBuffer at(long address, int length) throws IOException {
    for (Segment load : loads) {
      long into = address - load.address;
      if (into >= 0 && into <= load.fileSize && length <= load.fileSize - into) {
        return bytes(file, budget, load.offset + into, length);
      }
    }
    throw new NotElfException("an address outside of what is loaded");
  }

  private static ByteBuffer bytes(FileChannel file, ReadBudget budget, long offset, int length)
      throws IOException {
    budget.spend(length);
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    if (offset < 0) {
      throw new NotElfException("an offset below 0");
    }
    while (buffer.hasRemaining()) {
      if (file.read(buffer, offset + buffer.position()) <= 0) {
        throw new NotElfException("cut short");
      }
    }
    return buffer.flip();
  }
}

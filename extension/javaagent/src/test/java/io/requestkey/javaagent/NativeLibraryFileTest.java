/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The libraries as files, of all architectures: what a reader that knows only OTEP 4947 finds. */
final class NativeLibraryFileTest {

  private static final int DT_NEEDED = 1;
  private static final int DT_FLAGS = 30;
  private static final int DF_STATIC_TLS = 0x10;
  private static final int SHT_RELA = 4;
  private static final int SHT_DYNAMIC = 6;
  private static final int SHT_DYNSYM = 11;
  private static final int STT_TLS = 6;
  private static final int STB_GLOBAL = 1;

  /** Machine and relocation type are those of the ELF supplements of each architecture. */
  @ParameterizedTest
  @CsvSource({"x86_64, 62, 36", "aarch64, 183, 1031"})
  void exportsTheVariableByTlsDescriptorAndNeedsNoOtherLibrary(
      String architecture, int machine, int tlsDescriptor) throws IOException {
    Elf elf =
        new Elf(
            Path.of(
                "target/classes/io/requestkey/javaagent/native/librequestkey_context."
                    + architecture
                    + ".so"));

    assertThat(elf.machine()).isEqualTo(machine);
    Symbol variable = elf.symbols().get("otel_thread_ctx_v1");
    assertThat(variable).isNotNull();
    assertThat(variable.type()).isEqualTo(STT_TLS);
    assertThat(variable.binding()).isEqualTo(STB_GLOBAL);
    assertThat(variable.size()).isEqualTo(8);
    assertThat(elf.symbols().values()).allMatch(Symbol::isDefined);
    assertThat(elf.relocations()).contains(new Relocation(tlsDescriptor, variable.index()));
    assertThat(elf.relocations()).allMatch(relocation -> relocation.type() == tlsDescriptor);
    assertThat(elf.dynamic()).doesNotContainKey((long) DT_NEEDED);
    // With it, dlopen would fail where static TLS is used up, instead of going elsewhere.
    assertThat(elf.dynamic().getOrDefault((long) DT_FLAGS, 0L) & DF_STATIC_TLS).isZero();
  }

  @ParameterizedTest
  @CsvSource({"x86_64", "aarch64"})
  void hasEachFunctionForBothWaysIntoIt(String architecture) throws IOException {
    Elf elf =
        new Elf(
            Path.of(
                "target/classes/io/requestkey/javaagent/native/librequestkey_context."
                    + architecture
                    + ".so"));

    for (var method : NativeContext.class.getDeclaredMethods()) {
      assertThat(elf.symbols())
          .containsKey("Java_io_requestkey_javaagent_JniContext_" + method.getName());
      assertThat(elf.symbols())
          .containsKey(
              "requestkey_"
                  + method
                      .getName()
                      .replaceAll("([A-Z])", "_$1")
                      .toLowerCase(java.util.Locale.ROOT));
    }
  }

  private record Symbol(int index, int type, int binding, boolean isDefined, long size) {}

  private record Relocation(int type, int symbol) {}

  private record Section(int type, long offset, long size, int link) {}

  private static final class Elf {
    private static final int SYMBOL_SIZE = 24;
    private static final int RELA_SIZE = 24;
    private static final int DYNAMIC_SIZE = 16;

    private final ByteBuffer file;
    private final List<Section> sections = new ArrayList<>();

    Elf(Path path) throws IOException {
      file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
      assertThat(file.getInt(0)).isEqualTo(0x464c457f);
      int table = (int) file.getLong(40);
      int entrySize = file.getShort(58);
      for (int i = 0; i < file.getShort(60); i++) {
        int at = table + i * entrySize;
        sections.add(
            new Section(
                file.getInt(at + 4),
                file.getLong(at + 24),
                file.getLong(at + 32),
                file.getInt(at + 40)));
      }
    }

    int machine() {
      return file.getShort(18);
    }

    Map<String, Symbol> symbols() {
      Map<String, Symbol> symbols = new HashMap<>();
      Section table = only(SHT_DYNSYM);
      long names = sections.get(table.link()).offset();
      for (int i = 1; i < table.size() / SYMBOL_SIZE; i++) {
        int at = (int) table.offset() + i * SYMBOL_SIZE;
        int info = file.get(at + 4);
        symbols.put(
            text((int) names + file.getInt(at)),
            new Symbol(
                i, info & 0xf, info >> 4, file.getShort(at + 6) != 0, file.getLong(at + 16)));
      }
      return symbols;
    }

    List<Relocation> relocations() {
      List<Relocation> relocations = new ArrayList<>();
      for (Section section : sections) {
        for (long at = 0; section.type() == SHT_RELA && at < section.size(); at += RELA_SIZE) {
          long info = file.getLong((int) (section.offset() + at) + 8);
          relocations.add(new Relocation((int) info, (int) (info >>> 32)));
        }
      }
      return relocations;
    }

    Map<Long, Long> dynamic() {
      Map<Long, Long> entries = new HashMap<>();
      Section section = only(SHT_DYNAMIC);
      for (long at = 0; at < section.size(); at += DYNAMIC_SIZE) {
        int entry = (int) (section.offset() + at);
        entries.put(file.getLong(entry), file.getLong(entry + 8));
      }
      return entries;
    }

    private Section only(int type) {
      return sections.stream().filter(section -> section.type() == type).findAny().orElseThrow();
    }

    private String text(int at) {
      int end = at;
      while (file.get(end) != 0) {
        end++;
      }
      return new String(file.array(), at, end - at, StandardCharsets.US_ASCII);
    }
  }
}

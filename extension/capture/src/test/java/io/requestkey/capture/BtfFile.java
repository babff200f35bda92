/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Reads structs and enums from the .BTF section of an object (include/uapi/linux/btf.h). */
final class BtfFile {

  private static final int KIND_INT = 1;
  private static final int KIND_ARRAY = 3;
  private static final int KIND_STRUCT = 4;
  private static final int KIND_UNION = 5;
  private static final int KIND_ENUM = 6;
  private static final int KIND_FUNC_PROTO = 13;
  private static final int KIND_VAR = 14;
  private static final int KIND_DATASEC = 15;
  private static final int KIND_DECL_TAG = 17;
  private static final int KIND_ENUM64 = 19;

  /** A struct: its size, and offset of each member, in bytes. */
  record Struct(int size, Map<String, Integer> offsets) {}

  private final Map<String, Struct> structs = new HashMap<>();
  private final Map<String, Map<String, Integer>> enums = new HashMap<>();
  private final Map<String, Integer> sections = new HashMap<>();

  static BtfFile of(String resource) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(BtfFile.class.getResourceAsStream(resource), resource)) {
      return new BtfFile(ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN));
    }
  }

  private BtfFile(ByteBuffer elf) {
    int headers = (int) elf.getLong(40);
    int count = elf.getShort(60);
    int names = (int) elf.getLong(headers + 64 * elf.getShort(62) + 24);
    for (int i = 0; i < count; i++) {
      sections.put(text(elf, names + elf.getInt(headers + 64 * i)), i);
    }
    int btf = Objects.requireNonNull(sections.get(".BTF"), "no .BTF section");
    read(elf, (int) elf.getLong(headers + 64 * btf + 24));
  }

  private void read(ByteBuffer elf, int start) {
    int header = elf.getInt(start + 4);
    int types = start + header + elf.getInt(start + 8);
    int end = types + elf.getInt(start + 12);
    int strings = start + header + elf.getInt(start + 16);
    for (int at = types; at < end; ) {
      String name = text(elf, strings + elf.getInt(at));
      int info = elf.getInt(at + 4);
      int size = elf.getInt(at + 8);
      int kind = info >>> 24 & 0x1f;
      int members = info & 0xffff;
      at += 12;
      switch (kind) {
        case KIND_STRUCT, KIND_UNION -> {
          Map<String, Integer> offsets = new LinkedHashMap<>();
          for (int i = 0; i < members; i++) {
            offsets.put(
                text(elf, strings + elf.getInt(at + 12 * i)), elf.getInt(at + 12 * i + 8) / 8);
          }
          structs.put(name, new Struct(size, offsets));
          at += 12 * members;
        }
        case KIND_ENUM -> {
          Map<String, Integer> constants = new LinkedHashMap<>();
          for (int i = 0; i < members; i++) {
            constants.put(text(elf, strings + elf.getInt(at + 8 * i)), elf.getInt(at + 8 * i + 4));
          }
          enums.put(name, constants);
          at += 8 * members;
        }
        case KIND_INT, KIND_VAR, KIND_DECL_TAG -> at += 4;
        case KIND_ARRAY -> at += 12;
        case KIND_FUNC_PROTO -> at += 8 * members;
        case KIND_DATASEC, KIND_ENUM64 -> at += 12 * members;
        default -> {
          // Nothing follows the common part.
        }
      }
    }
  }

  private static String text(ByteBuffer elf, int at) {
    int end = at;
    while (elf.get(end) != 0) {
      end++;
    }
    byte[] bytes = new byte[end - at];
    elf.get(at, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  Struct struct(String name) {
    return Objects.requireNonNull(structs.get(name), () -> "no struct " + name);
  }

  Map<String, Integer> constants(String name) {
    return Objects.requireNonNull(enums.get(name), () -> "no enum " + name);
  }

  Map<String, Integer> sections() {
    return sections;
  }
}

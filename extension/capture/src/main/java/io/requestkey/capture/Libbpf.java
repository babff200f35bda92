/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static io.requestkey.capture.Native.INT;
import static io.requestkey.capture.Native.LONG;
import static io.requestkey.capture.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * libbpf 1.x, bound by hand. Functions that return int give the negative errno on failure, those
 * that return a pointer give NULL and set errno (libbpf 1.0 rules).
 */
final class Libbpf {

  static final String SONAME = "libbpf.so.1";

  final MethodHandle setPrint;
  final MethodHandle versionString;
  final MethodHandle openMem;
  final MethodHandle load;
  final MethodHandle closeObject;
  final MethodHandle nextProgram;
  final MethodHandle programName;
  final MethodHandle programFd;
  final MethodHandle setAutoload;
  final MethodHandle attach;
  final MethodHandle attachPerfEvent;
  final MethodHandle destroyLink;
  final MethodHandle disconnectLink;
  final MethodHandle linkFd;
  final MethodHandle findMap;
  final MethodHandle nextMap;
  final MethodHandle mapName;
  final MethodHandle mapFd;
  final MethodHandle reuseMapFd;
  final MethodHandle setMaxEntries;
  final MethodHandle maxEntries;
  final MethodHandle setInitialValue;
  final MethodHandle lookup;
  final MethodHandle update;
  final MethodHandle delete;
  final MethodHandle nextKey;
  final MethodHandle createMap;
  final MethodHandle pin;
  final MethodHandle openPin;
  final MethodHandle programById;
  final MethodHandle infoByFd;
  final MethodHandle possibleCpus;
  final MethodHandle vmlinuxBtf;
  final MethodHandle findByNameKind;
  final MethodHandle freeBtf;

  private Libbpf(Native lib) {
    setPrint = lib.function("libbpf_set_print", POINTER, POINTER);
    versionString = lib.function("libbpf_version_string", POINTER);
    openMem = lib.errnoFunction("bpf_object__open_mem", POINTER, POINTER, LONG, POINTER);
    load = lib.function("bpf_object__load", INT, POINTER);
    closeObject = lib.procedure("bpf_object__close", POINTER);
    nextProgram = lib.function("bpf_object__next_program", POINTER, POINTER, POINTER);
    programName = lib.function("bpf_program__name", POINTER, POINTER);
    programFd = lib.function("bpf_program__fd", INT, POINTER);
    setAutoload = lib.function("bpf_program__set_autoload", INT, POINTER, INT);
    attach = lib.errnoFunction("bpf_program__attach", POINTER, POINTER);
    attachPerfEvent = lib.errnoFunction("bpf_program__attach_perf_event", POINTER, POINTER, INT);
    destroyLink = lib.function("bpf_link__destroy", INT, POINTER);
    disconnectLink = lib.procedure("bpf_link__disconnect", POINTER);
    linkFd = lib.function("bpf_link__fd", INT, POINTER);
    findMap = lib.errnoFunction("bpf_object__find_map_by_name", POINTER, POINTER, POINTER);
    nextMap = lib.function("bpf_object__next_map", POINTER, POINTER, POINTER);
    mapName = lib.function("bpf_map__name", POINTER, POINTER);
    reuseMapFd = lib.function("bpf_map__reuse_fd", INT, POINTER, INT);
    mapFd = lib.function("bpf_map__fd", INT, POINTER);
    setMaxEntries = lib.function("bpf_map__set_max_entries", INT, POINTER, INT);
    maxEntries = lib.function("bpf_map__max_entries", INT, POINTER);
    setInitialValue = lib.function("bpf_map__set_initial_value", INT, POINTER, POINTER, LONG);
    lookup = lib.errnoFunction("bpf_map_lookup_elem", INT, INT, POINTER, POINTER);
    update = lib.function("bpf_map_update_elem", INT, INT, POINTER, POINTER, LONG);
    delete = lib.function("bpf_map_delete_elem", INT, INT, POINTER);
    nextKey = lib.function("bpf_map_get_next_key", INT, INT, POINTER, POINTER);
    createMap = lib.function("bpf_map_create", INT, INT, POINTER, INT, INT, INT, POINTER);
    pin = lib.function("bpf_obj_pin", INT, INT, POINTER);
    openPin = lib.function("bpf_obj_get", INT, POINTER);
    programById = lib.function("bpf_prog_get_fd_by_id", INT, INT);
    infoByFd = lib.function("bpf_obj_get_info_by_fd", INT, INT, POINTER, POINTER);
    possibleCpus = lib.function("libbpf_num_possible_cpus", INT);
    vmlinuxBtf = lib.errnoFunction("btf__load_vmlinux_btf", POINTER);
    findByNameKind = lib.function("btf__find_by_name_kind", INT, POINTER, POINTER, INT);
    freeBtf = lib.procedure("btf__free", POINTER);
  }

  /**
   * Loads the library and silences its own messages: what went wrong is told by us, once.
   *
   * @param library a soname or path
   * @throws CaptureException when it is missing, may not be loaded or lacks a symbol
   */
  static Libbpf open(String library) throws CaptureException {
    SymbolLookup symbols;
    try {
      symbols = SymbolLookup.libraryLookup(library, Arena.global());
    } catch (IllegalArgumentException e) {
      throw new CaptureException(
          "cannot load "
              + library
              + ": install libbpf 1.0 or newer (Debian: apt-get install libbpf1)",
          e);
    } catch (IllegalCallerException e) {
      throw new CaptureException(
          "native access is denied: start java with --enable-native-access=ALL-UNNAMED", e);
    }
    return bind(library, symbols);
  }

  /** As {@link #open}, from symbols already at hand. */
  static Libbpf bind(String library, SymbolLookup symbols) throws CaptureException {
    Native lib = new Native(symbols);
    Libbpf libbpf = new Libbpf(lib);
    if (!lib.missing().isEmpty()) {
      throw new CaptureException(
          library
              + " lacks "
              + String.join(", ", lib.missing())
              + ": libbpf 1.0 or newer is needed (Debian: apt-get install libbpf1)");
    }
    try {
      MemorySegment _ = (MemorySegment) libbpf.setPrint.invokeExact(MemorySegment.NULL);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
    return libbpf;
  }

  /** Such as {@code v1.1}. */
  String version() {
    try {
      MemorySegment text = (MemorySegment) versionString.invokeExact();
      return text.reinterpret(64).getString(0);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  int possibleCpus() {
    try {
      return (int) possibleCpus.invokeExact();
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A BPF array with an entry for each number of a CPU, mapped: while a map is read through bpf(2)
 * the kernel can skip programs, see {@code counters.h}.
 */
final class CpuArray {

  private CpuArray() {}

  /**
   * Maps one to be read.
   *
   * @param mapFd kept by the caller; the mapping does without it
   * @param bytes of all entries
   * @return unmapped when nothing refers to it any more
   * @throws CaptureException when it cannot be mapped
   */
  static MemorySegment map(int mapFd, long bytes) throws CaptureException {
    int page = LibC.pageSize();
    long length = (bytes + page - 1) / page * page;
    long address = LibC.mmap(length, LibC.PROT_READ, mapFd, 0);
    if (address < 0 && address > -4096) {
      throw new CaptureException("cannot map the counters: " + Errno.name((int) -address));
    }
    return MemorySegment.ofAddress(address).reinterpret(length, Arena.ofAuto(), LibC::munmap);
  }
}

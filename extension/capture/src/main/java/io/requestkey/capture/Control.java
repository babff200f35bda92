/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** What the agent changes of a set of programs that runs. Any thread. */
final class Control implements AutoCloseable {

  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;

  /**
   * Maps it.
   *
   * @param mapFd fd of the map of {@link ControlLayout#MAP}, kept by the caller
   */
  Control(int mapFd) throws CaptureException {
    int page = LibC.pageSize();
    long address = LibC.mmap(page, LibC.PROT_READ | LibC.PROT_WRITE, mapFd, 0);
    if (address < 0 && address > -4096) {
      arena.close();
      throw new CaptureException(
          "cannot map the programs' control section: " + Errno.name((int) -address));
    }
    memory = MemorySegment.ofAddress(address).reinterpret(page, arena, null);
  }

  Gate gate() {
    return Gate.of((int) INT.getVolatile(memory, (long) ControlLayout.GATE));
  }

  void gate(Gate gate) {
    INT.setVolatile(memory, (long) ControlLayout.GATE, gate.number());
  }

  /**
   * The process that the programs have seen make the self-test: its id in the initial pid
   * namespace, whatever it is in its own. 0: none yet.
   */
  int self() {
    return (int) INT.getVolatile(memory, (long) ControlLayout.SELF_TGID);
  }

  /** No process is the agent from now on. */
  void forgetSelf() {
    INT.setVolatile(memory, (long) ControlLayout.SELF_TGID, 0);
  }

  @Override
  public void close() {
    LibC.munmap(memory);
    arena.close();
  }
}

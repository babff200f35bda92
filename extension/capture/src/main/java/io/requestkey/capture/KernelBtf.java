/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/** The running kernel's own type information. Not thread-safe. */
final class KernelBtf implements AutoCloseable {

  private static final Path VMLINUX = Path.of("/sys/kernel/btf/vmlinux");
  private static final int BTF_KIND_FUNC = 12;

  private final Libbpf libbpf;
  private final MemorySegment btf;

  private KernelBtf(Libbpf libbpf, MemorySegment btf) {
    this.libbpf = libbpf;
    this.btf = btf;
  }

  static KernelBtf load(Libbpf libbpf) throws CaptureException {
    return load(libbpf, VMLINUX);
  }

  static KernelBtf load(Libbpf libbpf, Path vmlinux) throws CaptureException {
    if (!Files.exists(vmlinux)) {
      throw new CaptureException(
          "this kernel has no BTF ("
              + vmlinux
              + " is missing): a kernel with CONFIG_DEBUG_INFO_BTF=y is needed");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment capture = Native.errnoSegment(arena);
      MemorySegment btf = (MemorySegment) libbpf.vmlinuxBtf.invokeExact(capture);
      if (btf.equals(MemorySegment.NULL)) {
        throw new CaptureException(
            "cannot read the kernel's BTF in "
                + vmlinux
                + ": "
                + Errno.name(Native.errno(capture)));
      }
      return new KernelBtf(libbpf, btf);
    } catch (CaptureException e) {
      throw e;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  boolean hasFunction(String name) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) libbpf.findByNameKind.invokeExact(btf, arena.allocateFrom(name), BTF_KIND_FUNC)
          > 0;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  @Override
  public void close() {
    try {
      libbpf.freeBtf.invokeExact(btf);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class LibbpfTest {

  @Test
  void missingLibraryIsNamedWithTheWayOut() {
    assertThatThrownBy(() -> Libbpf.open("libnosuch.so.9"))
        .isInstanceOf(CaptureException.class)
        .hasMessageContaining("libnosuch.so.9")
        .hasMessageContaining("install libbpf");
  }

  @Test
  void everyMissingSymbolIsNamedInOneMessage() {
    assertThatThrownBy(() -> Libbpf.open("libc.so.6"))
        .isInstanceOf(CaptureException.class)
        .hasMessageContaining("libc.so.6 lacks")
        .hasMessageContaining("bpf_object__open_mem")
        .hasMessageContaining("btf__load_vmlinux_btf");
  }

  @Test
  void kernelWithoutBtfIsSaidToBeOne() throws CaptureException {
    Libbpf libbpf = Libbpf.open(Libbpf.SONAME);
    assertThatThrownBy(() -> KernelBtf.load(libbpf, Path.of("/nosuch/vmlinux")))
        .isInstanceOf(CaptureException.class)
        .hasMessageContaining("has no BTF")
        .hasMessageContaining("CONFIG_DEBUG_INFO_BTF");
  }
}

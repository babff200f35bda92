/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file system that keeps BPF programs and maps while no process holds them. */
final class BpfFs {

  static final Path MOUNT = Path.of("/sys/fs/bpf");

  private BpfFs() {}

  /** Whether it is there, without mounting it. */
  static boolean mounted() {
    try {
      return Files.getFileStore(MOUNT).type().equals("bpf");
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Where it is; mounts it when it is missing.
   *
   * @throws CaptureException when it cannot be mounted
   */
  static Path require() throws CaptureException {
    if (!mounted()) {
      int errno = -LibC.mount("bpf", MOUNT.toString());
      if (errno != 0 || !mounted()) {
        throw new CaptureException(
            "bpffs is not mounted at "
                + MOUNT
                + " and mounting it failed ("
                + Errno.name(errno)
                + "): mount -t bpf bpf "
                + MOUNT);
      }
    }
    return MOUNT;
  }
}

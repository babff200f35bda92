/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The kernel's tracing file system. */
final class TraceFs {

  private static final Path TRACEFS = Path.of("/sys/kernel/tracing");
  private static final Path DEBUGFS = Path.of("/sys/kernel/debug/tracing");

  private TraceFs() {}

  /** Where it is mounted; null when it is not. */
  static @Nullable Path mounted() {
    // libbpf looks at debugfs first, so we do.
    for (Path candidate : new Path[] {DEBUGFS, TRACEFS}) {
      if (Files.exists(candidate.resolve("events"))) {
        return candidate;
      }
    }
    return null;
  }

  /**
   * The mounted tracefs; mounts it when it is missing.
   *
   * @throws CaptureException when it cannot be mounted
   */
  static Path require() throws CaptureException {
    Path mounted = mounted();
    if (mounted != null) {
      return mounted;
    }
    int errno = -LibC.mount("tracefs", TRACEFS.toString());
    if (errno != 0 || !Files.exists(TRACEFS.resolve("events"))) {
      throw new CaptureException(
          "tracefs is not mounted at "
              + TRACEFS
              + " and mounting it failed ("
              + Errno.name(errno)
              + "): mount -t tracefs tracefs "
              + TRACEFS);
    }
    return TRACEFS;
  }
}

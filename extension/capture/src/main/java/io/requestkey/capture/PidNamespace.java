/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which processes this one can name: those of its pid namespace. */
final class PidNamespace {

  /** PROC_PID_INIT_INO, include/linux/proc_ns.h: the one whose ids the kernel side has. */
  static final long INITIAL = 0xEFFFFFFCL;

  private static final String PREFIX = "pid:[";

  private PidNamespace() {}

  /** Inode number of this process's; 0 when it cannot be told. */
  static long own() {
    try {
      return parse(Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString());
    } catch (IOException e) {
      return 0;
    }
  }

  /** Of {@code pid:[4026531836]}. */
  static long parse(String link) {
    if (!link.startsWith(PREFIX) || !link.endsWith("]")) {
      return 0;
    }
    try {
      return Long.parseLong(link.substring(PREFIX.length(), link.length() - 1));
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}

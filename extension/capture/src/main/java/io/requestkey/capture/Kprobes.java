/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whether the kernel has kprobes at all: where it has none, no program of theirs need be loaded.
 */
final class Kprobes {

  private static final Path DEVICES = Path.of("/sys/bus/event_source/devices");

  private Kprobes() {}

  /**
   * Why there can be none; empty when there may be some. CONFIG_KPROBE_EVENTS shows in two places,
   * and either will do to attach one.
   */
  static String missing() {
    return missing(DEVICES, TraceFs.mounted());
  }

  static String missing(Path devices, @Nullable Path traceFs) {
    if (!Files.isDirectory(devices) || traceFs == null) {
      return ""; // nothing can be seen from here
    }
    return Files.exists(devices.resolve("kprobe")) || Files.exists(traceFs.resolve("kprobe_events"))
        ? ""
        : "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)";
  }
}

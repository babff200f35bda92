/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KprobesTest {

  @TempDir Path sys;
  private Path devices;
  private Path traceFs;

  @BeforeEach
  void aKernelWithout() throws IOException {
    devices = Files.createDirectory(sys.resolve("devices"));
    traceFs = Files.createDirectory(sys.resolve("tracing"));
    Files.createDirectory(devices.resolve("tracepoint"));
    Files.createFile(traceFs.resolve("uprobe_events"));
  }

  @Test
  void missingWhereNeitherPlaceShowsThem() {
    assertThat(Kprobes.missing(devices, traceFs)).contains("no kprobes");
  }

  @Test
  void thereWithTheirPerfDevice() throws IOException {
    Files.createDirectory(devices.resolve("kprobe"));
    assertThat(Kprobes.missing(devices, traceFs)).isEmpty();
  }

  @Test
  void thereWithTheirEventsInTracefs() throws IOException {
    Files.createFile(traceFs.resolve("kprobe_events"));
    assertThat(Kprobes.missing(devices, traceFs)).isEmpty();
  }

  @Test
  void notRuledOutByWhatCannotBeSeen() {
    assertThat(Kprobes.missing(devices, null)).isEmpty();
    assertThat(Kprobes.missing(sys.resolve("hidden"), traceFs)).isEmpty();
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.requestkey.capture.Capture;
import io.requestkey.capture.CaptureException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Nothing is pinned before a test, and nothing is left in the kernel after it. */
final class PinnedPrograms implements BeforeEachCallback, AfterEachCallback {

  static final Path ROOT = Path.of("/sys/fs/bpf/requestkey");

  private Set<String> before = Set.of();

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    unpin();
    before = programs();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    unpin();
    assertGone();
  }

  /** No pin, and no program that was not there before the test. */
  void assertGone() {
    assertThat(ROOT).doesNotExist();
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(before).containsAll(programs()));
  }

  /** Names of the sets that are pinned. */
  static List<String> sets() throws IOException {
    try (var sets = Files.list(ROOT)) {
      return sets.map(String::valueOf).toList();
    }
  }

  private static void unpin() throws CaptureException {
    Capture.Unpinned _ = Capture.unpin("libbpf.so.1");
  }

  private static Set<String> programs() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(Machine.programs().resolve("calls").toString(), "programs").start();
    Set<String> programs =
        new TreeSet<>(
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList());
    assertThat(process.waitFor()).isZero();
    return programs;
  }
}

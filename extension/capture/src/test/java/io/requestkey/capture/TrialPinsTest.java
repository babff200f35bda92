/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a killed check leaves is found, what a check has is not touched. */
final class TrialPinsTest {

  @TempDir Path folder;
  private Path root;

  @BeforeEach
  void aBpffs() {
    root = folder.resolve("requestkey");
  }

  private static void pin(Path directory) throws IOException {
    Files.createDirectory(directory.resolve("maps"));
    Files.createDirectory(directory.resolve("links"));
    Files.createFile(directory.resolve("maps/ring"));
    Files.createFile(directory.resolve("links/kprobe_request_key_and_link"));
    Files.createFile(directory.resolve("manifest"));
  }

  @Test
  void trialThatIsMadeIsInUseUntilItsProcessLetsGo() throws Exception {
    TrialPins trial = TrialPins.make(root);
    pin(trial.directory());
    assertThat(TrialPins.abandoned(root)).isEmpty();
    Pins.removeRoot(root);
    assertThat(trial.directory()).isDirectory();

    // As a SIGKILL does.
    trial.close();
    assertThat(TrialPins.abandoned(root)).containsExactly(trial.directory());
    assertThatThrownBy(() -> Pins.removeRoot(root)).isInstanceOf(CaptureException.class);
    List<String> removed = Pins.remove(trial.directory());
    assertThat(removed).hasSize(3);
    Pins.removeRoot(root);
    assertThat(root).doesNotExist();
  }

  @Test
  void trialThatEndsLeavesNothing() throws Exception {
    try (TrialPins trial = TrialPins.make(root)) {
      pin(trial.directory());
      trial.remove();
    }
    Pins.removeRoot(root);
    assertThat(root).doesNotExist();
  }

  @Test
  void trialOfAnEarlierReleaseIsOfNoProcessThatRuns() throws Exception {
    Path old = Files.createDirectories(root.resolve("trial_1"));
    Path set = Files.createDirectory(root.resolve("0123"));
    assertThat(TrialPins.abandoned(root)).containsExactly(old);
    assertThat(TrialPins.isOne(set)).isFalse();
  }

  @Test
  void traceEventsOfATrialAreThoseOfItsProcess() throws Exception {
    try (TrialPins trial = TrialPins.make(root)) {
      assertThat(TrialPins.owner(trial.directory())).isEqualTo(EventOwners.thisProcess());
    }
  }
}

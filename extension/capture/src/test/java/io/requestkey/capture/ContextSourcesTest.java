/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the attach table says of where application spans are looked for. */
final class ContextSourcesTest {

  private static ContextSources ofOwnProcess(CaptureOptions.AppSpan wanted)
      throws CaptureException {
    return ContextSources.of(
        wanted, /* ownProcess= */ true, new BpfCalls(Libbpf.open(Libbpf.SONAME)));
  }

  @Test
  void processThatIsNotEnteredIsNotClaimedToBeRead() throws CaptureException {
    try (ContextSources sources = ofOwnProcess(CaptureOptions.AppSpan.PARENT)) {
      assertThat(sources.row().way()).startsWith("thread context (OTEP 4947) of this process");
      assertThat(sources.rowWithoutSelf().fact()).isEqualTo(sources.row().fact());
      assertThat(sources.rowWithoutSelf().way()).doesNotContain("thread context");
      assertThat(sources.rowWithoutSelf().reason())
          .startsWith("thread context: this process publishes none")
          .endsWith(sources.row().reason());
    }
  }

  @Test
  void whereNothingIsWantedThatIsTheReason() throws CaptureException {
    try (ContextSources sources = ofOwnProcess(CaptureOptions.AppSpan.OFF)) {
      assertThat(sources.rowWithoutSelf()).isEqualTo(sources.row());
    }
  }
}

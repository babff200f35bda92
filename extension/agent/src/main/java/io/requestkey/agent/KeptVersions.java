/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.requestkey.agent.journal.HitJournal;
import io.requestkey.agent.journal.JournalException;
import io.requestkey.agent.journal.JournalInspection;
import io.requestkey.capture.RecordVersions;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A journal may be older or newer than the release that reads it. So each release that writes one
 * keeps with it how its records are laid out.
 */
final class KeptVersions {

  private static final String NAME = "records";

  private KeptVersions() {}

  /**
   * The versions a journal's records may have; ours is kept with it from now on. To be called
   * before the first record is appended.
   *
   * @param warn told when it cannot be kept
   */
  static RecordVersions of(HitJournal journal, Consumer<String> warn) {
    byte[] kept = journal.state(NAME).orElse(new byte[0]);
    RecordVersions versions = RecordVersions.of(kept);
    byte[] now = versions.encode();
    if (!Arrays.equals(now, kept)) {
      try {
        journal.state(NAME, now);
      } catch (UncheckedIOException e) {
        // This release reads its own records without it.
        warn.accept("another release could not read this journal's records: " + e.getMessage());
      }
    }
    return versions;
  }

  /** The versions the records of a journal may have that is only looked at. */
  static RecordVersions of(Path directory) throws JournalException {
    return RecordVersions.of(JournalInspection.state(directory, NAME).orElse(new byte[0]));
  }
}

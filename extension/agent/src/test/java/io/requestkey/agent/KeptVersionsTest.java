/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.requestkey.agent.journal.FullPolicy;
import io.requestkey.agent.journal.HitJournal;
import io.requestkey.agent.journal.MemoryJournal;
import io.requestkey.agent.journal.Stamp;
import io.requestkey.capture.RecordVersions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a release leaves with a journal for the next one. */
final class KeptVersionsTest {

  private final List<String> said = new ArrayList<>();
  private final HitJournal journal =
      new MemoryJournal(1 << 20, FullPolicy.STOP, () -> new Stamp(1_000, 0, "boot"));

  private String kept() {
    return new String(journal.state("records").orElseThrow(), UTF_8);
  }

  @Test
  void ourLayoutIsLeftWithANewJournal() {
    RecordVersions _ = KeptVersions.of(journal, said::add);
    assertThat(kept()).isEqualTo(new String(RecordVersions.ours().encode(), UTF_8));
    assertThat(said).isEmpty();
  }

  @Test
  void theLayoutOfAnotherReleaseStays() {
    String theirs = new String(RecordVersions.ours().encode(), UTF_8).replace("\n2\t", "\n9\t");
    journal.state("records", theirs.getBytes(UTF_8));
    RecordVersions _ = KeptVersions.of(journal, said::add);
    assertThat(kept()).contains("\n2\t", "\n9\t");
    String once = kept();
    RecordVersions _ = KeptVersions.of(journal, said::add);
    assertThat(kept()).isEqualTo(once);
  }
}

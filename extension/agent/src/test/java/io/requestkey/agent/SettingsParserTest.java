/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.requestkey.agent.journal.JournalOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What settings make of values that are right. */
final class SettingsParserTest {

  private static final SettingsParser.FilterFlags NONE =
      new SettingsParser.FilterFlags(
          List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

  private static JournalOptions journal(String where, String size) throws SettingException {
    SettingsParser.Flags flags =
        new SettingsParser.Flags(
            null, where, null, null, null, null, null, NONE, NONE, null, null, false);
    return SettingsParser.parse(
            flags,
            SettingSource.read(
                new Properties(),
                Map.of("OTEL_REQUESTKEY_JOURNAL_SIZE", size),
                SettingsParser.KNOWN))
        .journal();
  }

  @ParameterizedTest
  @CsvSource({"256k,262144", "16m,16777216", "256m,268435456", "1g,1073741824"})
  void aJournalHasTheSegmentsThatItsSizeGives(String size, long bytes) throws SettingException {
    assertThat(journal("memory", size).maxBytes()).isEqualTo(bytes);
    assertThat(journal("memory", size).segmentBytes())
        .isEqualTo(JournalOptions.memory(bytes).segmentBytes());
    assertThat(journal("/some/where", size).segmentBytes())
        .isEqualTo(JournalOptions.directory(Path.of("/some/where"), bytes).segmentBytes());
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.requestkey.agent.journal.JournalException;
import io.requestkey.agent.journal.JournalInspection;
import io.requestkey.agent.journal.JournalOptions;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code journal}: looks into a journal and changes nothing. */
@Command(
    name = "journal",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description =
        "Looks into a journal and changes nothing, also while an agent runs. inspect: segments,"
            + " readers and damage. replay: every frame as the console's JSON lines.")
final class JournalCommand implements Callable<Integer> {

  enum Action {
    INSPECT,
    REPLAY
  }

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "inspect|replay",
      defaultValue = "inspect",
      description = "What to do. Default: inspect.")
  private Action action = Action.INSPECT;

  @Option(
      names = "--journal",
      paramLabel = "DIR",
      description = "Where it is. Default: /var/lib/requestkey/journal.")
  private @Nullable String journal;

  @Option(names = "--json", description = "inspect: one JSON object instead of a table.")
  private boolean json;

  @Option(
      names = "--from",
      paramLabel = "NUMBER",
      defaultValue = "0",
      description = "replay: the first frame wanted. Default: the oldest.")
  private long from;

  @Option(names = "--redact-description", paramLabel = "LEVEL", description = "replay: as for run.")
  private @Nullable String redactDescription;

  @Option(names = "--redact-callout", paramLabel = "LEVEL", description = "replay: as for run.")
  private @Nullable String redactCallout;

  private final Diagnostics diagnostics;

  JournalCommand(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  @Override
  public Integer call() throws SettingException {
    SettingSource source =
        SettingSource.read(System.getProperties(), System.getenv(), SettingsParser.KNOWN);
    Path directory = directory(source);
    try {
      return switch (action) {
        case INSPECT -> {
          JournalReport report = new JournalReport(JournalInspection.of(directory));
          System.out.println(json ? report.json() : report.text());
          yield 0;
        }
        case REPLAY ->
            new JournalReplay(
                    System.out,
                    SettingsParser.redaction(redactDescription, redactCallout, source),
                    diagnostics)
                .run(directory, from);
      };
    } catch (JournalException e) {
      diagnostics.error(String.valueOf(e.getMessage()));
      return 1;
    }
  }

  private Path directory(SettingSource source) throws SettingException {
    String given = journal == null ? source.value("journal") : journal;
    if (given == null) {
      return JournalOptions.DEFAULT_DIRECTORY;
    }
    if (given.toLowerCase(Locale.ROOT).equals("memory")) {
      throw new SettingException(
          "a journal in memory ends with its agent; --journal DIR is needed");
    }
    return Path.of(given);
  }
}

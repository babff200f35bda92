/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.requestkey.agent.journal.JournalException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/**
 * The command line. Exit status: 0 after a clean stop or when a command has done its work, 2 for
 * wrong use, 1 for anything else; 3 is the JVM's, which bin/run has end when memory is out.
 */
@Command(
    name = "bin/run",
    subcommands = {
      RunCommand.class,
      CheckCommand.class,
      JournalCommand.class,
      VersionCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    header = "What happens with keys inside the Linux kernel, as OpenTelemetry.",
    description = {
      "",
      "Turns every request_key(2), add_key(2) and keyctl(2) call of this host into a log record"
          + " and a span, and sends them over OTLP; spans of later calls on a key are linked to"
          + " the call that returned it. Without a command: run.",
      ""
    },
    footer = {
      "",
      "Where to: the standard OTEL_* variables, such as OTEL_EXPORTER_OTLP_ENDPOINT,"
          + " OTEL_EXPORTER_OTLP_PROTOCOL (http/protobuf; grpc for port 4317),"
          + " OTEL_EXPORTER_OTLP_CERTIFICATE, OTEL_LOGS_EXPORTER, OTEL_TRACES_EXPORTER,"
          + " OTEL_RESOURCE_ATTRIBUTES. Without an OTLP endpoint the console is the exporter.",
      "",
      "Every option of run is also a variable, OTEL_REQUESTKEY_RING_SIZE for --ring-size, and a"
          + " system property, otel.requestkey.ring.size.",
      "",
      "Exit status: 0 after SIGINT or SIGTERM, and of a command that has done its work (check,"
          + " journal, version, --unpin); 2 for wrong use, 3 when memory is out, 1 for anything"
          + " else."
    })
public final class Main implements Callable<Integer> {

  @Mixin private RunOptions options = new RunOptions();

  private final Diagnostics diagnostics;

  private Main(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  /** Runs a command and ends the process with its status. */
  public static void main(String[] args) {
    Diagnostics diagnostics = new Diagnostics(System.err);
    QuietLogging.install(diagnostics);
    int status;
    try {
      status = execute(diagnostics, args);
    } catch (Throwable e) {
      // An Error: picocli hands on nothing less, and threads that are left would keep the process.
      status = unexpected(diagnostics, e);
    }
    System.out.flush();
    // Not exit(): a stop by signal is waiting for this very status in its hook.
    Stopper.ended(status);
  }

  static int execute(Diagnostics diagnostics, String... args) {
    return new CommandLine(new Main(diagnostics), new CommandFactory(diagnostics))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler((e, _) -> wrongUse(diagnostics, e))
        .setExecutionExceptionHandler((e, _, _) -> {
          if (e instanceof SettingException) {
            diagnostics.error(String.valueOf(e.getMessage()));
            return 2;
          }
          if (e instanceof JournalException) {
            // Of the machine, not of the command line: in use, not ours, or the disk is full.
            diagnostics.error(String.valueOf(e.getMessage()));
            return 1;
          }
          return unexpected(diagnostics, e);
        })
        .execute(args);
  }

  private static int unexpected(Diagnostics diagnostics, Throwable e) {
    diagnostics.error("unexpected: " + e);
    StackTraceElement[] trace = e.getStackTrace();
    for (int i = 0; i < Math.min(trace.length, 12); i++) {
      diagnostics.error("  at " + trace[i]);
    }
    return 1;
  }

  private static int wrongUse(Diagnostics diagnostics, ParameterException e) {
    diagnostics.error(e.getMessage() + "; see bin/run --help");
    return 2;
  }

  @Override
  public Integer call() throws Exception {
    return RunCommand.run(options, diagnostics);
  }

  /** Gives the commands what they write to. */
  private record CommandFactory(Diagnostics diagnostics) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      if (type == RunCommand.class) {
        return type.cast(new RunCommand(diagnostics));
      }
      if (type == CheckCommand.class) {
        return type.cast(new CheckCommand(diagnostics));
      }
      if (type == JournalCommand.class) {
        return type.cast(new JournalCommand(diagnostics));
      }
      return CommandLine.defaultFactory().create(type);
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.requestkey.capture.AttachTable;
import io.requestkey.capture.Capture;
import io.requestkey.capture.CaptureException;
import io.requestkey.capture.CaptureOptions;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The command line. Exit status: 0 after a clean stop, 2 for wrong use, 1 for anything else. */
@Command(
    name = "bin/run",
    subcommands = {Main.Run.class, Main.Check.class, JournalCommand.class, Main.Version.class},
    mixinStandardHelpOptions = true,
    versionProvider = Main.VersionText.class,
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
      "Exit status: 0 after SIGINT or SIGTERM, 2 for wrong use, 1 for anything else."
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
    int status = execute(diagnostics, args);
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
          diagnostics.error("unexpected: " + e);
          StackTraceElement[] trace = e.getStackTrace();
          for (int i = 0; i < Math.min(trace.length, 12); i++) {
            diagnostics.error("  at " + trace[i]);
          }
          return 1;
        })
        .execute(args);
  }

  private static int wrongUse(Diagnostics diagnostics, ParameterException e) {
    diagnostics.error(e.getMessage() + "; see bin/run --help");
    return 2;
  }

  @Override
  public Integer call() throws Exception {
    return run(options, diagnostics);
  }

  private static int run(RunOptions options, Diagnostics diagnostics)
      throws SettingException, InterruptedException {
    Settings settings = options.settings();
    if (options.unpin) {
      return unpin(settings, diagnostics);
    }
    Vertx vertx = Agent.vertx();
    try {
      Agent agent = Agent.create(settings, diagnostics, vertx);
      Stopper.onSignal(agent::stop);
      return agent.run(vertx);
    } finally {
      CountDownLatch closed = new CountDownLatch(1);
      var _ = vertx.close().onComplete(_ -> closed.countDown());
      boolean _ = closed.await(1, TimeUnit.SECONDS);
    }
  }

  private static int unpin(Settings settings, Diagnostics diagnostics) {
    try {
      Capture.Unpinned unpinned = Capture.unpin(settings.capture().library());
      unpinned.removed().forEach(name -> System.out.println("removed " + name));
      if (unpinned.removed().isEmpty()) {
        diagnostics.info("nothing was pinned");
      }
      if (unpinned.unread() > 0) {
        diagnostics.warn(
            unpinned.unread() + " records that no agent had taken from the ring went with it");
      }
      return 0;
    } catch (CaptureException e) {
      diagnostics.error(String.valueOf(e.getMessage()));
      return 1;
    }
  }

  /** {@code run}. */
  @Command(
      name = "run",
      sortOptions = false,
      mixinStandardHelpOptions = true,
      description = "Captures and delivers until SIGINT or SIGTERM (the default).")
  static final class Run implements Callable<Integer> {
    @Mixin private RunOptions options = new RunOptions();
    private final Diagnostics diagnostics;

    Run(Diagnostics diagnostics) {
      this.diagnostics = diagnostics;
    }

    @Override
    public Integer call() throws Exception {
      return Main.run(options, diagnostics);
    }
  }

  /** {@code check}. */
  @Command(
      name = "check",
      sortOptions = false,
      mixinStandardHelpOptions = true,
      description = "Says what this host and kernel allow, and which way each fact is captured.")
  static final class Check implements Callable<Integer> {
    @Mixin private RunOptions options = new RunOptions();
    private final Diagnostics diagnostics;

    Check(Diagnostics diagnostics) {
      this.diagnostics = diagnostics;
    }

    @Override
    public Integer call() throws Exception {
      Settings settings = options.settings();
      System.out.println(
          "kernel   " + System.getProperty("os.version") + " " + System.getProperty("os.arch"));
      System.out.println("java     " + Runtime.version());
      try (Capture capture =
          Capture.start(
              settings
                  .capture()
                  .withPin(
                      settings.capture().pin() == CaptureOptions.Pin.OFF
                          ? CaptureOptions.Pin.OFF
                          : CaptureOptions.Pin.TRY))) {
        System.out.println("libbpf   " + capture.libbpfVersion());
        System.out.println(
            "strings  "
                + (capture.kernelCopies()
                    ? "the kernel's own copies"
                    : "the caller's memory (keyring.args.source=user)"));
        System.out.println();
        for (AttachTable.Row row : capture.attachTable().rows()) {
          System.out.printf("%-40s %s%n", row.fact(), row.way());
          if (!row.reason().isEmpty()) {
            System.out.printf("%-40s   because %s%n", "", row.reason());
          }
        }
        System.out.println();
        System.out.println("self-test passed");
        return 0;
      } catch (CaptureException e) {
        diagnostics.error(String.valueOf(e.getMessage()));
        return 1;
      }
    }
  }

  /** {@code version}. */
  @Command(name = "version", description = "Prints the version.")
  static final class Version implements Callable<Integer> {
    @Override
    public Integer call() {
      System.out.println(VersionText.text());
      return 0;
    }
  }

  static final class VersionText implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {text()};
    }

    static String text() {
      return "requestkey " + number();
    }

    static String number() {
      @Nullable String version = Main.class.getPackage().getImplementationVersion();
      return version == null ? "unpackaged" : version;
    }
  }

  /** Options of run and check. */
  static final class RunOptions {
    @Option(
        names = "--console",
        paramLabel = "FORMAT",
        description =
            "table, json or off. Default: table when there is no OTLP endpoint, else off. json"
                + " prints one object a line to stdout.")
    private @Nullable String console;

    @Option(
        names = "--journal",
        paramLabel = "DIR|memory",
        description =
            "Where captured records wait until they are delivered. In a directory they outlive the"
                + " agent. Default: /var/lib/requestkey/journal for root, else memory.")
    private @Nullable String journal;

    @Option(
        names = "--http",
        paramLabel = "HOST:PORT",
        description =
            "Where /livez /readyz /ledger /attach /metrics are, on loopback; off for nowhere."
                + " Default: 127.0.0.1:9743.")
    private @Nullable String http;

    @Option(
        names = "--capture",
        paramLabel = "MODE",
        description =
            "auto: kprobes where the kernel has them. kprobe: nothing less. tracepoint: syscall"
                + " tracepoints alone. Default: auto.")
    private @Nullable String capture;

    @Option(
        names = "--app-span",
        paramLabel = "MODE",
        description =
            "What the span that the calling application has current is to the call's. parent: its"
                + " parent. link: the two are linked. off: it is not looked for. Default: parent.")
    private @Nullable String appSpan;

    @Option(
        names = "--ring-size",
        paramLabel = "BYTES",
        description = "Size of the kernel's ring, a power of two; suffix k, m. Default: 8m.")
    private @Nullable String ringSize;

    @Option(
        names = "--pin",
        paramLabel = "MODE",
        description =
            "auto: with an OTLP exporter, capture goes on in the kernel while no agent runs, where"
                + " the kernel can (Linux 5.15). on: with any exporter, or nothing. off: it ends"
                + " with the agent. Default: auto.")
    private @Nullable String pin;

    @Option(
        names = "--unpin",
        description =
            "Instead of running, end the capture that goes on in the kernel, remove its pins, and"
                + " say what was removed.")
    private boolean unpin;

    @Option(
        names = "--type",
        paramLabel = "TYPE",
        description = "Only keys of this type. Repeatable, or several parted by commas.")
    private List<String> types = new ArrayList<>();

    @Option(
        names = "--description-prefix",
        paramLabel = "TEXT",
        description = "Only keys whose description begins so.")
    private List<String> descriptionPrefixes = new ArrayList<>();

    @Option(names = "--uid", paramLabel = "UID", description = "Only callers with this real uid.")
    private List<String> uids = new ArrayList<>();

    @Option(names = "--comm", paramLabel = "NAME", description = "Only tasks of this name.")
    private List<String> comms = new ArrayList<>();

    @Option(
        names = "--cgroup",
        paramLabel = "PATH",
        description = "Only callers in this cgroup (v2) or below it.")
    private List<String> cgroups = new ArrayList<>();

    @Option(
        names = "--operation",
        paramLabel = "NAME",
        description = "Only this call: request_key, add_key or a keyctl operation such as read.")
    private List<String> operations = new ArrayList<>();

    @Option(
        names = "--pid",
        paramLabel = "PID",
        description = "Only this process (id in the initial pid namespace).")
    private List<String> pids = new ArrayList<>();

    @Option(names = "--not-type", paramLabel = "TYPE", description = "Not keys of this type.")
    private List<String> notTypes = new ArrayList<>();

    @Option(
        names = "--not-description-prefix",
        paramLabel = "TEXT",
        description = "Not keys whose description begins so.")
    private List<String> notDescriptionPrefixes = new ArrayList<>();

    @Option(
        names = "--not-uid",
        paramLabel = "UID",
        description = "Not callers with this real uid.")
    private List<String> notUids = new ArrayList<>();

    @Option(names = "--not-comm", paramLabel = "NAME", description = "Not tasks of this name.")
    private List<String> notComms = new ArrayList<>();

    @Option(
        names = "--not-cgroup",
        paramLabel = "PATH",
        description = "Not callers in this cgroup (v2) or below it.")
    private List<String> notCgroups = new ArrayList<>();

    @Option(
        names = "--not-operation",
        paramLabel = "NAME",
        description = "Not this call: request_key, add_key or a keyctl operation such as read.")
    private List<String> notOperations = new ArrayList<>();

    @Option(
        names = "--not-pid",
        paramLabel = "PID",
        description = "Not this process (id in the initial pid namespace).")
    private List<String> notPids = new ArrayList<>();

    @Option(
        names = "--redact-description",
        paramLabel = "LEVEL",
        description =
            "How much of descriptions is told: full, hash, length or off. hash needs"
                + " OTEL_REQUESTKEY_REDACT_SALT. Default: full.")
    private @Nullable String redactDescription;

    @Option(
        names = "--redact-callout",
        paramLabel = "LEVEL",
        description =
            "How much of callout information is told: full, hash, length, off, or auto: length for"
                + " types whose payload is key material, else full. Default: auto.")
    private @Nullable String redactCallout;

    @Option(names = "--demo", description = "After the start, make a few key requests to look at.")
    private boolean demo;

    Settings settings() throws SettingException {
      SettingSource source =
          SettingSource.read(System.getProperties(), System.getenv(), SettingsParser.KNOWN);
      try {
        return SettingsParser.parse(
            new SettingsParser.Flags(
                console,
                journal,
                http,
                capture,
                appSpan,
                ringSize,
                pin,
                new SettingsParser.FilterFlags(
                    types, descriptionPrefixes, uids, comms, cgroups, operations, pids),
                new SettingsParser.FilterFlags(
                    notTypes,
                    notDescriptionPrefixes,
                    notUids,
                    notComms,
                    notCgroups,
                    notOperations,
                    notPids),
                redactDescription,
                redactCallout,
                demo),
            source);
      } catch (IllegalArgumentException e) {
        throw new SettingException(String.valueOf(e.getMessage()));
      }
    }
  }

  /** Gives the commands what they write to. */
  private record CommandFactory(Diagnostics diagnostics) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      if (type == Run.class) {
        return type.cast(new Run(diagnostics));
      }
      if (type == Check.class) {
        return type.cast(new Check(diagnostics));
      }
      if (type == JournalCommand.class) {
        return type.cast(new JournalCommand(diagnostics));
      }
      return CommandLine.defaultFactory().create(type);
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of run and check. */
final class RunOptions {
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
              + " agent. Default: /var/lib/requestkey/journal for root with an OTLP exporter, else"
              + " memory.")
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

  @Option(names = "--not-uid", paramLabel = "UID", description = "Not callers with this real uid.")
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

  /** Whether the capture is to be ended instead of begun. */
  boolean unpin() {
    return unpin;
  }

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

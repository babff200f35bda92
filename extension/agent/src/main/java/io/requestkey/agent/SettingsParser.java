/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.requestkey.agent.Settings.ConsoleFormat;
import io.requestkey.agent.Settings.HostPort;
import io.requestkey.agent.delivery.DeliveryOptions;
import io.requestkey.agent.journal.FullPolicy;
import io.requestkey.agent.journal.JournalOptions;
import io.requestkey.agent.journal.SyncPolicy;
import io.requestkey.capture.CaptureOptions;
import io.requestkey.capture.CgroupSubtree;
import io.requestkey.capture.Criteria;
import io.requestkey.capture.Filters;
import io.requestkey.telemetry.Redaction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@link Settings} of the command line, the properties and the variables, in that order of
 * precedence.
 */
final class SettingsParser {

  /** Names of our settings, without prefix. Each has a flag of the same meaning or none. */
  static final Set<String> KNOWN =
      Set.of(
          "console",
          "journal",
          "http",
          "capture",
          "app.span",
          "syscall.probes",
          "ring.size",
          "pin",
          "journal.size",
          "journal.sync",
          "journal.sync.interval",
          "journal.full",
          "request.size",
          "overload.spans",
          "link.window",
          "redact.description",
          "redact.callout",
          "redact.salt",
          "stop.timeout",
          "libbpf",
          "type",
          "description.prefix",
          "uid",
          "comm",
          "cgroup",
          "operation",
          "pid",
          "not.type",
          "not.description.prefix",
          "not.uid",
          "not.comm",
          "not.cgroup",
          "not.operation",
          "not.pid");

  private static final String DEFAULT_HTTP = "127.0.0.1:9743";
  private static final long DEFAULT_MEMORY_BYTES = 16L << 20;
  private static final long DEFAULT_DISK_BYTES = 256L << 20;
  private static final Duration DEFAULT_SYNC_INTERVAL = Duration.ofSeconds(1);
  private static final Duration DEFAULT_LINK_WINDOW = Duration.ofSeconds(2);
  private static final Duration DEFAULT_STOP = Duration.ofSeconds(10);
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  private final Flags flags;
  private final SettingSource source;

  /** What the command line says; null where it says nothing. */
  record Flags(
      @Nullable String console,
      @Nullable String journal,
      @Nullable String http,
      @Nullable String capture,
      @Nullable String appSpan,
      @Nullable String ringSize,
      @Nullable String pin,
      FilterFlags wanted,
      FilterFlags unwanted,
      @Nullable String redactDescription,
      @Nullable String redactCallout,
      boolean demo) {}

  /** Filters of the command line, each as often as it is given; a value can hold several. */
  record FilterFlags(
      List<String> types,
      List<String> descriptionPrefixes,
      List<String> uids,
      List<String> comms,
      List<String> cgroups,
      List<String> operations,
      List<String> pids) {}

  private SettingsParser(Flags flags, SettingSource source) {
    this.flags = flags;
    this.source = source;
  }

  static Settings parse(Flags flags, SettingSource source) throws SettingException {
    return new SettingsParser(flags, source).settings();
  }

  private Settings settings() throws SettingException {
    return new Settings(
        capture(),
        choice(ConsoleFormat.class, value("--console", flags.console(), "console")),
        http(),
        journal(),
        value("--journal", flags.journal(), "journal") == null,
        (int)
            size(
                value("", null, "request.size"),
                DeliveryOptions.DEFAULT_MAX_REQUEST_BYTES,
                1 << 14,
                64 << 20),
        choice(Overload.class, value("", null, "overload.spans")) == Overload.DROP,
        window(value("", null, "link.window")),
        redaction(flags.redactDescription(), flags.redactCallout(), source),
        duration(value("", null, "stop.timeout"), DEFAULT_STOP),
        flags.demo());
  }

  private static Duration window(@Nullable Value value) throws SettingException {
    return value != null && value.text().equals("0")
        ? Duration.ZERO
        : duration(value, DEFAULT_LINK_WINDOW);
  }

  /**
   * How much of the callers' texts is told.
   *
   * @param descriptionFlag what the command line says; null where it says nothing
   * @param calloutFlag likewise
   */
  static Redaction redaction(
      @Nullable String descriptionFlag, @Nullable String calloutFlag, SettingSource source)
      throws SettingException {
    Value description =
        value("--redact-description", descriptionFlag, source, "redact.description");
    Value callout = value("--redact-callout", calloutFlag, source, "redact.callout");
    Redaction.Level level = choice(Redaction.Level.class, description);
    Redaction.Level calloutLevel =
        callout != null && callout.text().equals("auto")
            ? null
            : choice(Redaction.Level.class, callout);
    Value salt = value("", null, source, "redact.salt");
    boolean hash = level == Redaction.Level.HASH || calloutLevel == Redaction.Level.HASH;
    if (hash && (salt == null || salt.text().isEmpty())) {
      throw new SettingException(
          "hash needs a secret of this host in "
              + source.name("redact.salt")
              + ": without one, a dictionary tells what was hashed");
    }
    return new Redaction(
        level == null ? Redaction.DEFAULT.description() : level,
        calloutLevel,
        salt == null ? "" : salt.text());
  }

  /** What becomes of spans when the delivery is far behind. */
  private enum Overload {
    KEEP,
    DROP
  }

  private JournalOptions journal() throws SettingException {
    Path directory = journalDirectory();
    long bytes =
        size(
            value("", null, "journal.size"),
            directory == null ? DEFAULT_MEMORY_BYTES : DEFAULT_DISK_BYTES,
            4 * JournalOptions.MIN_SEGMENT_BYTES,
            1L << 40);
    SyncPolicy sync = choice(SyncPolicy.class, value("", null, "journal.sync"));
    FullPolicy full = choice(FullPolicy.class, value("", null, "journal.full"));
    return (directory == null
            ? JournalOptions.memory(bytes)
            : JournalOptions.directory(directory, bytes))
        .withSync(
            sync == null ? SyncPolicy.INTERVAL : sync,
            duration(value("", null, "journal.sync.interval"), DEFAULT_SYNC_INTERVAL))
        .withFull(full == null ? FullPolicy.STOP : full);
  }

  private @Nullable Path journalDirectory() throws SettingException {
    Value value = value("--journal", flags.journal(), "journal");
    if (value == null) {
      return root() ? JournalOptions.DEFAULT_DIRECTORY : null;
    }
    if (value.text().equals("memory")) {
      return null;
    }
    try {
      Path directory = Path.of(value.text());
      if (directory.isAbsolute()) {
        return directory;
      }
    } catch (InvalidPathException e) {
      // Told below.
    }
    throw wrong(value, "an absolute path of a directory is needed, or memory");
  }

  private static boolean root() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException e) {
      return false;
    }
  }

  private CaptureOptions capture() throws SettingException {
    CaptureOptions.Mode mode =
        choice(CaptureOptions.Mode.class, value("--capture", flags.capture(), "capture"));
    CaptureOptions.SyscallProbes probes =
        choice(CaptureOptions.SyscallProbes.class, value("", null, "syscall.probes"));
    CaptureOptions.AppSpan appSpan =
        choice(CaptureOptions.AppSpan.class, value("--app-span", flags.appSpan(), "app.span"));
    CaptureOptions defaults = CaptureOptions.defaults();
    long ring =
        size(
            value("--ring-size", flags.ringSize(), "ring.size"),
            defaults.ringBytes(),
            4096,
            1 << 30);
    Value library = value("", null, "libbpf");
    try {
      return new CaptureOptions(
          mode == null ? defaults.mode() : mode,
          probes == null ? defaults.syscallProbes() : probes,
          (int) ring,
          filters(),
          pin(),
          appSpan == null ? defaults.appSpan() : appSpan,
          library == null ? defaults.library() : library.text());
    } catch (IllegalArgumentException e) {
      throw new SettingException(String.valueOf(e.getMessage()));
    }
  }

  private CaptureOptions.Pin pin() throws SettingException {
    Value value = value("--pin", flags.pin(), "pin");
    CaptureOptions.Pin pin = choice(CaptureOptions.Pin.class, value);
    if (pin == CaptureOptions.Pin.TRY && value != null) {
      throw wrong(value, "auto, on, off are possible");
    }
    return pin == null ? CaptureOptions.Pin.AUTO : pin;
  }

  private Filters filters() throws SettingException {
    return new Filters(criteria("", flags.wanted()), criteria("not-", flags.unwanted()));
  }

  /** What a hit is compared with; several values of a setting are parted by commas. */
  private Criteria criteria(String not, FilterFlags given) throws SettingException {
    String key = not.replace('-', '.');
    List<Integer> uids = new ArrayList<>();
    for (Value value : values("--" + not + "uid", given.uids(), key + "uid")) {
      uids.add(integer(value));
    }
    List<Integer> pids = new ArrayList<>();
    for (Value value : values("--" + not + "pid", given.pids(), key + "pid")) {
      pids.add(integer(value));
    }
    List<CgroupSubtree> cgroups = new ArrayList<>();
    for (Value value : values("--" + not + "cgroup", given.cgroups(), key + "cgroup")) {
      cgroups.add(cgroup(value));
    }
    return new Criteria(
        texts(values("--" + not + "type", given.types(), key + "type")),
        texts(
            values(
                "--" + not + "description-prefix",
                given.descriptionPrefixes(),
                key + "description.prefix")),
        uids,
        texts(values("--" + not + "comm", given.comms(), key + "comm")),
        cgroups,
        pids,
        texts(values("--" + not + "operation", given.operations(), key + "operation")));
  }

  /** A flag that can be repeated, or one setting. */
  private List<Value> values(String flagName, List<String> flag, String key) {
    List<Value> values = new ArrayList<>();
    Value setting = flag.isEmpty() ? value(flagName, null, key) : null;
    for (String given : setting == null ? flag : List.of(setting.text())) {
      for (String one : given.split(",", -1)) {
        values.add(new Value(setting == null ? flagName : setting.name(), one.strip()));
      }
    }
    return values;
  }

  private static List<String> texts(List<Value> values) {
    return values.stream().map(Value::text).toList();
  }

  private record Value(String name, String text) {}

  private @Nullable Value value(String flagName, @Nullable String flag, String key) {
    return value(flagName, flag, source, key);
  }

  private static @Nullable Value value(
      String flagName, @Nullable String flag, SettingSource source, String key) {
    if (flag != null) {
      return new Value(flagName, flag);
    }
    String other = source.value(key);
    return other == null ? null : new Value(source.name(key), other);
  }

  private static <E extends Enum<E>> @Nullable E choice(Class<E> type, @Nullable Value value)
      throws SettingException {
    if (value == null) {
      return null;
    }
    for (E constant : type.getEnumConstants()) {
      if (constant.name().replace('_', '-').equalsIgnoreCase(value.text())) {
        return constant;
      }
    }
    String possible =
        Arrays.stream(type.getEnumConstants())
            .map(constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .collect(Collectors.joining(", "));
    throw wrong(value, possible + " are possible");
  }

  private static int integer(Value value) throws SettingException {
    try {
      return Integer.parseUnsignedInt(value.text());
    } catch (NumberFormatException e) {
      throw wrong(value, "a number from 0 to 4294967295 is needed");
    }
  }

  /** Bytes, with an optional suffix k, m or g (powers of 1024). */
  private static long size(@Nullable Value value, long otherwise, long min, long max)
      throws SettingException {
    if (value == null) {
      return otherwise;
    }
    String text = value.text().toLowerCase(Locale.ROOT);
    int shift =
        switch (text.isEmpty() ? ' ' : text.charAt(text.length() - 1)) {
          case 'k' -> 10;
          case 'm' -> 20;
          case 'g' -> 30;
          default -> 0;
        };
    String digits = shift == 0 ? text : text.substring(0, text.length() - 1);
    try {
      long number = Long.parseLong(digits);
      if (number > 0 && number <= max >> shift && number << shift >= min) {
        return number << shift;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw wrong(value, "a size of " + min + " to " + max + " bytes is needed, such as 8m");
  }

  private static Duration duration(@Nullable Value value, Duration otherwise)
      throws SettingException {
    if (value == null) {
      return otherwise;
    }
    try {
      // As OTEL_* durations: milliseconds.
      long millis = Long.parseLong(value.text());
      if (millis > 0 && millis <= Duration.ofDays(1).toMillis()) {
        return Duration.ofMillis(millis);
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw wrong(value, "milliseconds from 1 to 86400000 are needed");
  }

  private @Nullable HostPort http() throws SettingException {
    Value value = value("--http", flags.http(), "http");
    if (value == null) {
      value = new Value("--http", DEFAULT_HTTP);
    }
    if (value.text().equals("off")) {
      return null;
    }
    int colon = value.text().lastIndexOf(':');
    String host = colon < 0 ? "" : value.text().substring(0, colon);
    try {
      int port = Integer.parseInt(value.text().substring(colon + 1));
      if (!host.isEmpty() && port >= 0 && port <= 65535) {
        String bare =
            host.startsWith("[") && host.endsWith("]")
                ? host.substring(1, host.length() - 1)
                : host;
        if (!InetAddress.getByName(bare).isLoopbackAddress()) {
          throw wrong(value, "only a loopback address is possible, such as 127.0.0.1:9743");
        }
        return new HostPort(bare, port);
      }
    } catch (NumberFormatException | UnknownHostException e) {
      // Told below.
    }
    throw wrong(value, "HOST:PORT is needed, such as 127.0.0.1:9743, or off");
  }

  /** The id of a cgroup is the inode of its directory (v2). */
  private static CgroupSubtree cgroup(Value value) throws SettingException {
    Path given = Path.of(value.text());
    for (Path root : List.of(CGROUPS, CGROUPS.resolve("unified"))) {
      Path directory =
          given.startsWith(CGROUPS) ? given : root.resolve(value.text().replaceFirst("^/+", ""));
      if (Files.isRegularFile(directory.resolve("cgroup.procs"))) {
        try {
          return new CgroupSubtree((Long) Files.getAttribute(directory, "unix:ino"));
        } catch (IOException e) {
          throw wrong(value, "cannot be read: " + e.getMessage());
        }
      }
    }
    throw wrong(value, "no such cgroup (v2) below " + CGROUPS);
  }

  private static SettingException wrong(Value value, String possible) {
    return new SettingException(
        "wrong value for " + value.name() + ": '" + value.text() + "'; " + possible);
  }
}

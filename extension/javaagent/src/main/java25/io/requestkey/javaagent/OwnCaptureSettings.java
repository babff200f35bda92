/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.requestkey.capture.CaptureOptions;
import io.requestkey.capture.Criteria;
import io.requestkey.capture.Filters;
import io.requestkey.telemetry.Redaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Settings of own-process capture. They have the names and values that they have for the host
 * agent; those that could only mean another process, and those that nobody knows, are refused
 * rather than passed over, as a filter that does nothing tells more than was asked for.
 *
 * @param capture how to capture
 * @param redaction how much of the texts of calls is told
 * @param linkWindow how long the span of a call that returned a key waits for what is done with it
 */
record OwnCaptureSettings(CaptureOptions capture, Redaction redaction, Duration linkWindow) {

  /** A ring for one process: about a thousand calls. */
  private static final int DEFAULT_RING_BYTES = 1 << 20;

  private static final Duration DEFAULT_LINK_WINDOW = Duration.ofSeconds(2);

  /**
   * Reads them.
   *
   * @param source gives a setting by the name of its property; null where it is not given
   * @param names the properties and variables of ours that are given
   * @throws IllegalArgumentException when one is wrong; the message names it and what is possible
   */
  static OwnCaptureSettings read(
      Function<String, Setting.@Nullable Given> source, Collection<String> names) {
    List<String> unknown = SettingNames.unknown(names);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          String.join(", ", unknown) + " is set, but there is no such setting");
    }
    Reader reader = new Reader(source);
    for (String other : List.of("pid", "not.pid", "cgroup", "not.cgroup")) {
      Setting.Given given = reader.given(other);
      if (given != null) {
        throw new IllegalArgumentException(
            given.name() + " is set, but a process that captures itself has one pid and cgroup");
      }
    }
    CaptureOptions defaults = CaptureOptions.defaults();
    return new OwnCaptureSettings(
        new CaptureOptions(
            CaptureOptions.Mode.AUTO,
            reader.choice("syscall.probes", defaults.syscallProbes()),
            reader.size("ring.size", DEFAULT_RING_BYTES),
            new Filters(reader.criteria(""), reader.criteria("not."), /* ownProcess= */ true),
            CaptureOptions.Pin.OFF,
            reader.choice("app.span", defaults.appSpan()),
            reader.text("libbpf", defaults.library())),
        reader.redaction(),
        reader.window());
  }

  private record Reader(Function<String, Setting.@Nullable Given> source) {

    Setting.@Nullable Given given(String name) {
      return source.apply(Setting.PREFIX + name);
    }

    String text(String name, String otherwise) {
      Setting.Given given = given(name);
      return given == null ? otherwise : given.value();
    }

    private List<String> texts(String name) {
      Setting.Given given = given(name);
      List<String> values = new ArrayList<>();
      if (given != null) {
        for (String value : given.value().split(",", -1)) {
          values.add(value.strip());
        }
      }
      return values;
    }

    /** Several values are parted by commas. */
    Criteria criteria(String not) {
      List<Integer> uids = new ArrayList<>();
      for (String uid : texts(not + "uid")) {
        try {
          uids.add(Integer.parseUnsignedInt(uid));
        } catch (NumberFormatException e) {
          throw wrong(not + "uid", "a number from 0 to 4294967295 is needed");
        }
      }
      return new Criteria(
          texts(not + "type"),
          texts(not + "description.prefix"),
          uids,
          texts(not + "comm"),
          List.of(),
          List.of(),
          texts(not + "operation"));
    }

    Redaction redaction() {
      Redaction.Level description = choice("redact.description", Redaction.DEFAULT.description());
      Redaction.Level callout =
          text("redact.callout", "auto").equalsIgnoreCase("auto")
              ? null
              : choice("redact.callout", Redaction.Level.FULL, "auto, ");
      String salt = text("redact.salt", "");
      boolean hash = description == Redaction.Level.HASH || callout == Redaction.Level.HASH;
      if (hash && salt.isEmpty()) {
        throw new IllegalArgumentException(
            "hash needs a secret of this host in "
                + Setting.PREFIX
                + "redact.salt: without one, a dictionary tells what was hashed");
      }
      return new Redaction(description, callout, salt);
    }

    Duration window() {
      Setting.Given given = given("link.window");
      if (given == null) {
        return DEFAULT_LINK_WINDOW;
      }
      try {
        // As OTEL_* durations: milliseconds.
        long millis = Long.parseLong(given.value());
        if (millis >= 0 && millis <= Duration.ofDays(1).toMillis()) {
          return Duration.ofMillis(millis);
        }
      } catch (NumberFormatException e) {
        // Told below.
      }
      throw wrong("link.window", "milliseconds from 0 to 86400000 are needed");
    }

    /** Bytes, with an optional suffix k, m or g (powers of 1024). */
    int size(String name, int otherwise) {
      Setting.Given given = given(name);
      if (given == null) {
        return otherwise;
      }
      String value = given.value().toLowerCase(Locale.ROOT);
      int shift =
          value.endsWith("k") ? 10 : value.endsWith("m") ? 20 : value.endsWith("g") ? 30 : 0;
      try {
        long number = Long.parseLong(shift == 0 ? value : value.substring(0, value.length() - 1));
        if (number > 0 && number <= 1L << 30 >> shift) {
          return (int) (number << shift);
        }
      } catch (NumberFormatException e) {
        // Told below.
      }
      throw wrong(name, "a size of 4096 to 1073741824 bytes is needed, such as 1m");
    }

    <E extends Enum<E>> E choice(String name, E otherwise) {
      return choice(name, otherwise, "");
    }

    /** Likewise; {@code besides} names what is possible and no constant. */
    private <E extends Enum<E>> E choice(String name, E otherwise, String besides) {
      Setting.Given given = given(name);
      if (given == null) {
        return otherwise;
      }
      E[] constants = otherwise.getDeclaringClass().getEnumConstants();
      for (E constant : constants) {
        if (constant.name().equalsIgnoreCase(given.value())) {
          return constant;
        }
      }
      throw wrong(
          name,
          besides
              + Arrays.stream(constants)
                  .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                  .collect(Collectors.joining(", "))
              + " are possible");
    }

    private IllegalArgumentException wrong(String name, String possible) {
      Setting.Given given = given(name);
      return new IllegalArgumentException(
          "wrong value for "
              + (given == null ? Setting.PREFIX + name : given.name())
              + ": '"
              + (given == null ? "" : given.value())
              + "'; "
              + possible);
    }
  }
}

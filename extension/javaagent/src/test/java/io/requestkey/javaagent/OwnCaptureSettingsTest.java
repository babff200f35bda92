/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.requestkey.capture.CaptureOptions;
import io.requestkey.telemetry.Redaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OwnCaptureSettingsTest {

  private static OwnCaptureSettings settings(Map<String, String> given) {
    return OwnCaptureSettings.read(
        property -> {
          String value = given.get(property.substring("otel.requestkey.".length()));
          return value == null ? null : new Setting.Given(property, value);
        },
        given.keySet().stream().map(name -> "otel.requestkey." + name).toList());
  }

  @Test
  void byDefaultEverythingOfThisProcessIsWantedAndNothingStaysBehind() {
    OwnCaptureSettings settings = settings(Map.of());

    assertThat(settings.capture().filters().ownProcess()).isTrue();
    assertThat(settings.capture().filters().wanted().types()).isEmpty();
    assertThat(settings.capture().pin()).isEqualTo(CaptureOptions.Pin.OFF);
    assertThat(settings.capture().appSpan()).isEqualTo(CaptureOptions.AppSpan.PARENT);
    assertThat(settings.capture().ringBytes()).isEqualTo(1 << 20);
    assertThat(settings.redaction()).isEqualTo(Redaction.DEFAULT);
    assertThat(settings.linkWindow()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void namesAndValuesAreThoseOfTheHostAgent() {
    OwnCaptureSettings settings =
        settings(
            Map.ofEntries(
                Map.entry("type", "user, logon"),
                Map.entry("description.prefix", "app:"),
                Map.entry("operation", "request_key"),
                Map.entry("uid", "4294967294"),
                Map.entry("not.comm", "main"),
                Map.entry("app.span", "link"),
                Map.entry("syscall.probes", "tracepoint"),
                Map.entry("ring.size", "64K"),
                Map.entry("link.window", "0"),
                Map.entry("libbpf", "/opt/libbpf.so"),
                Map.entry("redact.description", "hash"),
                Map.entry("redact.callout", "OFF"),
                Map.entry("redact.salt", "secret")));

    assertThat(settings.capture().filters().wanted().types()).isEqualTo(List.of("user", "logon"));
    assertThat(settings.capture().filters().wanted().descriptionPrefixes())
        .isEqualTo(List.of("app:"));
    assertThat(settings.capture().filters().wanted().operations())
        .isEqualTo(List.of("request_key"));
    assertThat(settings.capture().filters().wanted().uids()).isEqualTo(List.of(-2));
    assertThat(settings.capture().filters().unwanted().comms()).isEqualTo(List.of("main"));
    assertThat(settings.capture().appSpan()).isEqualTo(CaptureOptions.AppSpan.LINK);
    assertThat(settings.capture().syscallProbes())
        .isEqualTo(CaptureOptions.SyscallProbes.TRACEPOINT);
    assertThat(settings.capture().ringBytes()).isEqualTo(65_536);
    assertThat(settings.capture().library()).isEqualTo("/opt/libbpf.so");
    assertThat(settings.linkWindow()).isZero();
    assertThat(settings.redaction())
        .isEqualTo(new Redaction(Redaction.Level.HASH, Redaction.Level.OFF, "secret"));
  }

  @ParameterizedTest
  @CsvSource({
    "redact.description, some, 'full, hash, length, off are possible'",
    "redact.callout,     some, 'auto, full, hash, length, off are possible'",
    "redact.description, hash, 'hash needs a secret'",
    "app.span,           yes,  'parent, link, off are possible'",
    "syscall.probes,     x,    'auto, fentry, kprobe, tracepoint are possible'",
    "ring.size,          big,  'a size of 4096 to'",
    "ring.size,          5000, 'a power of two'",
    "link.window,        -1,   'milliseconds from 0'",
    "uid,                root, 'a number from 0'",
    "operation,          peek, 'unknown operation'",
    "cgroup,             /a,   'one pid and cgroup'",
    "not.pid,            1,    'one pid and cgroup'",
    "redact.descriptoin, off,  'otel.requestkey.redact.descriptoin is set, but there is no such'",
  })
  void wrongOneIsRefusedInWordsThatHelp(String name, String value, String words) {
    assertThatThrownBy(() -> settings(Map.of(name, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words);
  }

  @Test
  void wrongOneIsNamedAsItWasGiven() {
    assertThatThrownBy(() -> settings(Map.of("app.span", "yes")))
        .hasMessage(
            "wrong value for otel.requestkey.app.span: 'yes'; parent, link, off are possible");
  }

  @ParameterizedTest
  @CsvSource({"1g, 1073741824", "1G, 1073741824", "2m, 2097152", "64k, 65536"})
  void sizesHaveTheSuffixesOfTheHostAgent(String given, int bytes) {
    assertThat(settings(Map.of("ring.size", given)).capture().ringBytes()).isEqualTo(bytes);
  }

  @Test
  void valuesAreAsGoodInCapitals() {
    assertThat(settings(Map.of("redact.callout", "AUTO")).redaction()).isEqualTo(Redaction.DEFAULT);
  }

  @Test
  void settingsOfTheHostAgentAndThePublisherAreNobodysMistake() throws IOException {
    // All that the README names.
    Matcher names =
        Pattern.compile("otel\\.requestkey\\.[a-z]+(\\.[a-z]+)*|OTEL_REQUESTKEY_[A-Z]+(_[A-Z]+)*")
            .matcher(Files.readString(Path.of("../../README.md")));
    List<String> named = names.results().map(MatchResult::group).toList();

    assertThat(named).hasSizeGreaterThan(40);
    assertThat(SettingNames.unknown(named)).isEmpty();
  }

  @Test
  void misspeltNamesAreFoundAsTheyWereGiven() {
    assertThat(
            SettingNames.unknown(
                List.of(
                    "otel.requestkey.uid",
                    "OTEL_REQUESTKEY_NOT_DESCRIPTION_PREFIX",
                    "otel.requestkey.description-prefix",
                    "OTEL_REQUESTKEY_DESCRIPTION",
                    "otel.requestkey.publish.virtual")))
        .containsExactly(
            "otel.requestkey.description-prefix",
            "OTEL_REQUESTKEY_DESCRIPTION",
            "otel.requestkey.publish.virtual");
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.requestkey.telemetry.Hits.OBSERVED;
import static io.requestkey.telemetry.Hits.SERIAL;
import static io.requestkey.telemetry.Hits.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.testing.logs.TestLogRecordData;
import io.requestkey.capture.Credentials;
import io.requestkey.capture.HitHeader;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.KeyctlHit;
import io.requestkey.capture.KeyctlOperation;
import io.requestkey.capture.ProcessIds;
import io.requestkey.capture.Tampering;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code --console table} looks like. */
class TableLinesTest {

  @Test
  void columnsLineUp() {
    assertThat(
            table(
                0,
                Hits.requestKey(),
                Hits.requestKey(
                    header(-126), KernelText.of("logon"), KernelText.of("nfs"), KernelText.NULL, 0),
                Hits.addKey(header(SERIAL)),
                Hits.read(Hits.ORIGIN),
                Hits.clearSession(0),
                Hits.keyctl(KeyctlOperation.REJECT, header(0), 5, 30, 129, -3, 5, 5, Hits.ORIGIN),
                Hits.search(KernelText.of("debug:x")),
                Hits.upcall(256),
                Hits.keyFreed(Hits.ORIGIN),
                Hits.unknownOperation()))
        .isEqualTo(
            """
            TIME             PID COMM            CALL                            KEY RESULT       DURATION TRACE    DETAIL
            03:04:10.000    4242 mount.nfs       request_key               123456789 123456789       1.8us 0af76519 "user" "debug:x" callout "gizzard" into _ses
            03:04:10.000    4242 mount.nfs       request_key                       - ENOKEY          1.8us 0af76519 "logon" "nfs" callout null
            03:04:10.000    4242 mount.nfs       add_key                   123456789 123456789       1.8us 0af76519 "logon" "afs:me" 32 bytes into _uid
            03:04:10.000    4242 mount.nfs       read                      123456789 8               1.8us 0af76519 -> origin 4bf92f35
            03:04:10.000    4242 mount.nfs       clear                          _ses 0               1.8us 0af76519
            03:04:10.000    4242 mount.nfs       reject                            5 0               1.8us 0af76519 -> origin 4bf92f35  30, 129, _ses
            03:04:10.000    4242 mount.nfs       search                    123456789 123456789       1.8us 0af76519 -> origin 4bf92f35  "user" "debug:x" _ses, _pid
            03:04:10.000    4242 mount.nfs       upcall                    123456789 exit 1          1.8us 0af76519 "user" "debug:x"  helper 6661 with authorisation 77
            03:04:10.000    4242 mount.nfs       key_freed                 123456789 revoked             - 4bf92f35 -> origin 4bf92f35  "user" "debug:x"
            03:04:10.000    4242 mount.nfs       4711                              - EOPNOTSUPP      1.8us 0af76519 0x1, 0xfffffffffffffffe, 0x3, 0x4
            """);
  }

  @Test
  void whatIsPartOfSomethingStandsBelowIt() {
    String request = "000000000000000a";
    String upcall = "000000000000000b";

    assertThat(
            calls(
                keyctl(KeyctlOperation.ASSUME_AUTHORITY, upcall, "1"),
                keyctl(KeyctlOperation.READ, upcall, "2"),
                keyctl(KeyctlOperation.REVOKE, null, "9"),
                keyctl(KeyctlOperation.INSTANTIATE, upcall, "3"),
                Hits.upcall(Hits.child(request, upcall, 0), KernelText.of("debug:x")),
                Hits.with(Hits.requestKey(), Hits.child(null, request, SERIAL)),
                keyctl(KeyctlOperation.UPDATE, null, "8")))
        .containsExactly(
            "revoke",
            "request_key",
            "`- upcall",
            "   |- assume_authority",
            "   |- read",
            "   `- instantiate",
            "update");
  }

  @Test
  void whatIsPartOfSomethingThatHasNotEndedIsMarked() {
    assertThat(calls(keyctl(KeyctlOperation.READ, "000000000000000b", "2")))
        .containsExactly(":- read");
  }

  @Test
  void noRecordIsLostToIdsThatMakeNoSense() {
    assertThat(
            calls(
                keyctl(KeyctlOperation.READ, "000000000000000b", "a"),
                keyctl(KeyctlOperation.READ, "000000000000000a", "b"),
                keyctl(KeyctlOperation.READ, "000000000000000c", "c")))
        .containsExactly(":- read", "   `- read", ":- read");
  }

  @Test
  void tamperingCannotBeOverlooked() {
    String row = row(0, Hits.tampered(Tampering.Verdict.BEFORE_COPY));

    assertThat(row)
        .contains(
            " TAMPERED before_copy, caller had description \"debug:other\" callout null"
                + "  \"user\" \"debug:x\" callout \"gizzard\" into _ses  constructed"
                + "  by the kernel");
    StringBuilder out = new StringBuilder();
    new TableLines(0, true, ZoneOffset.UTC)
        .logs(
            out,
            List.of(Hits.telemetry().log(Hits.tampered(Tampering.Verdict.AFTER_COPY), OBSERVED)));
    assertThat(out)
        .contains("\u001b[1;31mTAMPERED after_copy")
        .contains("by the kernel\u001b[0m\n");
  }

  @Test
  void timesAreThoseOfTheGivenZone() {
    TableLines lines = new TableLines(0, false, ZoneId.of("Asia/Kolkata"));
    StringBuilder out = new StringBuilder();

    lines.logs(out, List.of(Hits.telemetry().log(Hits.requestKey(), OBSERVED)));

    assertThat(out).contains("\n08:34:10.000 ");
  }

  @Test
  void theHeaderComesOnce() {
    TableLines lines = new TableLines(0, false, ZoneOffset.UTC);
    StringBuilder out = new StringBuilder();

    lines.logs(out, List.of(Hits.telemetry().log(Hits.requestKey(), OBSERVED)));
    lines.logs(out, List.of(Hits.telemetry().log(Hits.requestKey(), OBSERVED)));

    assertThat(out.toString().lines()).hasSize(3);
  }

  @Test
  void spansAreNotPrintedASecondTime() {
    StringBuilder out = new StringBuilder();

    new TableLines(0, false, ZoneOffset.UTC).spans(out, List.of(Hits.span(Hits.requestKey())));

    assertThat(out).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {136, 140, 200})
  void aLineIsNoWiderThanTheTerminal(int columns) {
    String row = row(columns, Hits.requestKeyDescribed(KernelText.of("鍵d".repeat(60))));

    assertThat(DisplayWidth.of(row)).isBetween(columns - 1, columns);
    assertThat(row).endsWith("~");
  }

  @Test
  void aNarrowTerminalWrapsButIsToldSomething() {
    assertThat(row(40, Hits.requestKey())).endsWith(" \"user\" \"debug:x\" callou~");
  }

  @ParameterizedTest
  @CsvSource({"鍵鍵鍵", "e\u0301e\u0301", "abc", "abcdefghijklmnop", "鍵鍵鍵鍵鍵鍵鍵鍵", "''"})
  void columnsLineUpWhateverTheNameOfTheThread(String comm) {
    String row = row(0, calledBy(comm));

    int call = row.indexOf("request_key");
    assertThat(DisplayWidth.of(row.substring(0, call))).isEqualTo(37);
  }

  @Test
  void aTerminalIsSafeFromWhatProgramsCallThemselvesAndTheirKeys() {
    String hostile = "\u001b[2J\u009b31m\r\n\u0007\u202e\u2028";
    KeyHit hit =
        Hits.requestKey(
            calledBy(hostile).header(),
            KernelText.of(hostile),
            KernelText.of(hostile),
            KernelText.of(hostile),
            0);

    String table = table(0, hit);

    assertThat(table.lines()).hasSize(2);
    assertThat(table.replace("\n", ""))
        .doesNotContainPattern("[\\p{Cntrl}\\u0080-\\u009f\\u202e\\u2028]");
    assertThat(table).contains("\"\\x1b[2J\\x9b31m\\r\\n\\x07\\u{202e}\\u{2028}\"");
  }

  @Test
  void failuresAreRedWhenColourIsWanted() {
    StringBuilder out = new StringBuilder();

    new TableLines(0, true, ZoneOffset.UTC)
        .logs(out, List.of(Hits.telemetry().log(Hits.addKey(header(-1)), OBSERVED)));

    assertThat(out)
        .startsWith("\u001b[1mTIME")
        .contains("DETAIL\u001b[0m\n")
        .contains(" \u001b[31mEPERM\u001b[0m        ");
  }

  @Test
  void aRecordOfAnotherKindIsShownByItsBody() {
    StringBuilder out = new StringBuilder();

    new TableLines(0, false, ZoneOffset.UTC)
        .logs(
            out,
            List.of(
                TestLogRecordData.builder()
                    .setEventName("keyring.loss")
                    .setBody("lost\u001b 3")
                    .build()));

    assertThat(out.toString().lines().toList().getLast())
        .startsWith("00:00:00.000       - -               loss  ")
        .endsWith(" - -                   - -        lost\\x1b 3");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0ns",
    "999, 999ns",
    "1000, 1.0us",
    "999999, 999.9us",
    "1000000, 1.0ms",
    "2001000000, 2.0s",
    "3600000000000, 3600.0s"
  })
  void durationsAreShort(long nanos, String expected) {
    StringBuilder out = new StringBuilder();

    TableLines.appendDuration(out, nanos);

    assertThat(out).hasToString(expected);
  }

  private static KeyctlHit keyctl(
      KeyctlOperation operation, @Nullable String parent, String spanId) {
    HitHeader header = Hits.child(parent, "0".repeat(15) + spanId, 0);
    return Hits.keyctl(operation, header, 5, 0, 0, 0, 5, 5, null);
  }

  private static List<String> calls(KeyHit... hits) {
    return table(0, hits)
        .lines()
        .skip(1)
        .map(row -> row.substring(37, 61).stripTrailing())
        .toList();
  }

  private static KeyHit calledBy(String comm) {
    HitHeader header =
        Hits.header(
            1,
            Hits.START,
            Hits.START,
            1,
            false,
            true,
            Hits.caller(new ProcessIds(1, 1, 0), new Credentials(0, 0, 0, 0), comm));
    return Hits.requestKey(header, KernelText.of("user"), KernelText.of("d"), KernelText.NULL, 0);
  }

  private static String row(int columns, KeyHit hit) {
    return table(columns, hit).lines().toList().getLast();
  }

  private static String table(int columns, KeyHit... hits) {
    StringBuilder out = new StringBuilder();
    List<LogRecordData> logs = new ArrayList<>();
    for (KeyHit hit : hits) {
      logs.add(Hits.telemetry().log(hit, OBSERVED));
    }
    new TableLines(columns, false, ZoneOffset.UTC).logs(out, logs);
    return out.toString();
  }
}

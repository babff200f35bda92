/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.requestkey.agent.journal.HitJournal;
import io.requestkey.agent.journal.JournalOptions;
import io.requestkey.agent.journal.Journals;
import io.requestkey.agent.journal.SyncPolicy;
import io.requestkey.capture.RecordVersions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalCommandTest {

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.nativeOrder());

  @TempDir private Path temporary;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    PrintStream before = System.out;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      return Main.execute(
          new Diagnostics(new PrintStream(err, true, StandardCharsets.UTF_8)), args);
    } finally {
      System.setOut(before);
    }
  }

  private String directory() {
    return temporary.resolve("journal").toString();
  }

  /** A keyctl record, as struct rk_record has it. */
  private static byte[] keyctl(int traceByte) {
    byte[] record = new byte[368];
    MemorySegment memory = MemorySegment.ofArray(record);
    memory.set(INT, 0, record.length);
    record[4] = 2;
    record[5] = 2;
    memory.set(LONG, 16, 1_000L);
    memory.set(LONG, 24, 3_000L);
    record[32] = (byte) traceByte;
    record[48] = 7;
    memory.set(INT, 284, 11);
    return record;
  }

  /** The same, of a key with this description. */
  private static byte[] keyctl(int traceByte, String description) {
    byte[] text = description.getBytes(StandardCharsets.UTF_8);
    byte[] record = Arrays.copyOf(keyctl(traceByte), 368 + text.length);
    System.arraycopy(text, 0, record, 368, text.length);
    MemorySegment.ofArray(record).set(INT, 0, record.length);
    record[324] = (byte) text.length;
    record[326] = 2;
    return record;
  }

  private HitJournal open() throws Exception {
    return Journals.open(
        JournalOptions.directory(Path.of(directory()), 1 << 20)
            .withSync(SyncPolicy.NONE, Duration.ofSeconds(1)),
        Set.of("logs"),
        _ -> {});
  }

  private void fill() throws Exception {
    fill(keyctl(1), new byte[20], keyctl(3));
  }

  private void fill(byte[]... records) throws Exception {
    HitJournal journal = open();
    for (byte[] record : records) {
      assertThat(journal.append(MemorySegment.ofArray(record), 0, record.length)).isTrue();
    }
    journal.close();
  }

  private List<JsonObject> lines() {
    return out.toString(StandardCharsets.UTF_8).lines().map(JsonObject::new).toList();
  }

  @Test
  void inspectsByDefault() throws Exception {
    fill();
    assertThat(run("journal", "--journal", directory())).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("3 frames in 1 segments", "0 missing; next number 3")
        .contains("segment-0000000000000000.journal")
        .containsPattern("logs +0 +3 +0 +0");
  }

  @Test
  void inspectsAsJson() throws Exception {
    fill();
    assertThat(run("journal", "inspect", "--json", "--journal", directory())).isZero();
    JsonObject found = lines().getFirst();
    assertThat(found.getLong("end")).isEqualTo(3);
    JsonArray readers = found.getJsonArray("readers");
    assertThat(readers.getJsonObject(0).getLong("pending")).isEqualTo(3);
    assertThat(found.getJsonArray("segments").getJsonObject(0).getLong("frames")).isEqualTo(3);
  }

  @Test
  void replaysWhatCanBeDecodedAndSaysWhatCannot() throws Exception {
    fill();
    assertThat(run("journal", "replay", "--journal", directory())).isEqualTo(1);
    assertThat(lines())
        .extracting(line -> line.getString("signal"))
        .containsExactlyInAnyOrder("log", "log", "span", "span");
    assertThat(lines())
        .extracting(line -> line.getString("trace_id"))
        .contains("01" + "0".repeat(30), "03" + "0".repeat(30));
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("frame 1 cannot be decoded")
        .contains("2 frames replayed, 1 not");
  }

  @Test
  void replaysRecordsOfAnotherReleaseIfThatHasLeftTheirLayout() throws Exception {
    HitJournal journal = open();
    String ours = new String(RecordVersions.ours().encode(), StandardCharsets.UTF_8);
    String theirs = ours.replace("\n2\t", "\n9\t");
    journal.state("records", theirs.getBytes(StandardCharsets.UTF_8));
    for (int version : List.of(9, 10)) {
      byte[] record = keyctl(version);
      record[4] = (byte) version;
      assertThat(journal.append(MemorySegment.ofArray(record), 0, record.length)).isTrue();
    }
    journal.close();
    assertThat(run("journal", "replay", "--journal", directory())).isEqualTo(1);
    assertThat(lines())
        .extracting(line -> line.getString("trace_id"))
        .containsOnly("09" + "0".repeat(30));
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("frame 1 cannot be decoded: record of version 10")
        .contains("1 frames replayed, 1 not");
  }

  @Test
  void replaysTheSameEachTime() throws Exception {
    fill();
    int _ = run("journal", "replay", "--journal", directory());
    String first = out.toString(StandardCharsets.UTF_8);
    out.reset();
    int _ = run("journal", "replay", "--journal", directory());
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(first).isNotEmpty();
  }

  @Test
  void replaysNoMoreOfTheTextsThanTheAgentTells() throws Exception {
    fill(keyctl(1, "secret-name"));
    assertThat(run("journal", "replay", "--journal", directory())).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("secret-name");
    out.reset();
    System.setProperty("otel.requestkey.redact.description", "length");
    try {
      assertThat(run("journal", "replay", "--journal", directory())).isZero();
    } finally {
      System.clearProperty("otel.requestkey.redact.description");
    }
    assertThat(out.toString(StandardCharsets.UTF_8))
        .doesNotContain("secret-name")
        .contains("\"keyring.key.description.length\":11");
    out.reset();
    assertThat(run("journal", "replay", "--redact-description", "off", "--journal", directory()))
        .isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isNotEmpty()
        .doesNotContain("secret-name", "keyring.key.description.length");
    assertThat(run("journal", "replay", "--redact-description", "hash", "--journal", directory()))
        .isEqualTo(2);
  }

  @Test
  void replaysFromANumberOn() throws Exception {
    fill();
    assertThat(run("journal", "replay", "--from", "2", "--journal", directory())).isZero();
    assertThat(lines()).hasSize(2);
  }

  @Test
  void saysWhereThereIsNoJournal() {
    assertThat(run("journal", "--journal", directory())).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("journal: none").hasLineCount(1);
    err.reset();
    assertThat(run("journal", "--journal", "memory")).isEqualTo(2);
    assertThat(run("journal", "explode")).isEqualTo(2);
  }
}

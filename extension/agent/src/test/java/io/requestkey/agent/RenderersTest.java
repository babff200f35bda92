/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.resources.Resource;
import io.requestkey.agent.delivery.Renderer;
import io.requestkey.agent.delivery.Signal;
import io.requestkey.agent.journal.Frame;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.RecordVersions;
import io.requestkey.telemetry.KeyTelemetry;
import io.requestkey.telemetry.Redaction;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each record is told of once, whichever signals are switched on. */
final class RenderersTest {

  private final List<KeyHit> seen = new ArrayList<>();
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  private Renderers renderers(Set<Signal> signals) {
    return new Renderers(
        signals,
        RecordVersions.ours(),
        KeyTelemetry.create(Resource.empty(), "test", Redaction.DEFAULT),
        seen::add,
        new UndecodableRecords(
            new Diagnostics(new PrintStream(said, true, StandardCharsets.UTF_8))));
  }

  /** A keyctl record, as struct rk_record has it. */
  private static byte[] keyctl(int version) {
    byte[] record = new byte[368];
    ByteBuffer.wrap(record)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0, record.length)
        .putLong(16, 1_000)
        .putLong(24, 3_000)
        .putInt(284, 11);
    record[4] = (byte) version;
    record[5] = 2;
    record[32] = 1;
    record[48] = 7;
    return record;
  }

  /** Good ones, some that make no sense and some of another release. */
  private static <T> void feed(Renderer<T> renderer) {
    List<byte[]> records =
        List.of(keyctl(2), new byte[20], new byte[20], keyctl(9), keyctl(9), keyctl(2));
    for (byte[] record : records) {
      renderer.accept(new Frame(1, 0, 0, "boot", record), _ -> {});
    }
  }

  private void assertToldOnce() {
    assertThat(seen).hasSize(2);
    assertThat(said.toString(StandardCharsets.UTF_8).lines())
        .satisfiesExactly(
            first -> assertThat(first).contains("cannot be decoded", "(undecodable)"),
            second -> assertThat(second).contains("cannot be decoded", "(record_version)"));
  }

  @Test
  void theLogRecordsTell() {
    Renderers both = renderers(EnumSet.allOf(Signal.class));
    feed(both.logs());
    feed(both.spans(Duration.ZERO, 1));
    assertToldOnce();
  }

  @Test
  void theSpansTellWhereLogRecordsAreSwitchedOff() {
    feed(renderers(EnumSet.of(Signal.TRACES)).spans(Duration.ZERO, 1));
    assertToldOnce();
  }
}

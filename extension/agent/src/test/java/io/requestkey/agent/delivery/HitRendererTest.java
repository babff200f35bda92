/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.agent.journal.Frame;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.RecordVersions;
import io.requestkey.capture.RequestKeyHit;
import io.requestkey.telemetry.KeyTelemetry;
import io.requestkey.telemetry.Redaction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a record that cannot be decoded: lost where the kernel side counted a hit. */
final class HitRendererTest {

  private static final KeyTelemetry TELEMETRY =
      KeyTelemetry.create(Resource.empty(), "test", Redaction.DEFAULT);
  private static final int REQUEST_KEY = 0;
  private static final int KEYCTL = 2;
  private static final int KEY_FREED = 4;
  private static final int OURS = 2;

  /** Where the result is. */
  private static final int RESULT = 168;

  private static final long BOOT = 1_700_000_000_000_000_000L;

  private final List<String> reasons = new ArrayList<>();
  private final List<KeyHit> seen = new ArrayList<>();
  private final AtomicLong bootNanos = new AtomicLong();
  private final HitRenderer<?> logs =
      HitRenderer.logs(
          RecordVersions.ours(), TELEMETRY, seen::add, (reason, _) -> reasons.add(reason));
  private final HitRenderer<SpanData> spans =
      HitRenderer.spans(
          RecordVersions.ours(),
          TELEMETRY,
          Duration.ofSeconds(2),
          10,
          seen::add,
          (reason, _) -> reasons.add(reason),
          bootNanos::get);

  private static byte[] record(int version, int kind) {
    byte[] record = new byte[400];
    ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).putInt(0, record.length);
    record[4] = (byte) version;
    record[5] = (byte) kind;
    return record;
  }

  private static <T> Rendered<T> only(HitRenderer<T> renderer, byte[] record) {
    List<Rendered<T>> out = new ArrayList<>();
    renderer.accept(new Frame(7, 0, 0, "boot", record), out::add);
    assertThat(out).hasSize(1);
    assertThat(out.getFirst().frameNumber()).isEqualTo(7);
    assertThat(out.getFirst().item()).isNull();
    return out.getFirst();
  }

  @ParameterizedTest
  @CsvSource({"2,undecodable", "1,record_version", "3,record_version", "0,record_version"})
  void aCallIsLostToBothSignals(int version, String reason) {
    byte[] record = record(version, KEYCTL);
    assertLost(only(logs, record), reason);
    assertLost(only(spans, record), reason);
    assertThat(reasons).containsExactly(reason, reason);
  }

  @ParameterizedTest
  @CsvSource({"2,undecodable", "1,record_version"})
  void theEndOfAKeyIsLostToTheLogsAloneAsItHasNoSpan(int version, String reason) {
    byte[] record = record(version, KEY_FREED);
    assertLost(only(logs, record), reason);
    Rendered<?> span = only(spans, record);
    assertThat(span.lostReason()).isNull();
    assertThat(span.hits()).isZero();
  }

  @Test
  void whatIsTooShortToSayItsVersionIsUndecodable() {
    assertLost(only(logs, new byte[8]), "undecodable");
    byte[] wrongSize = record(OURS + 1, KEYCTL);
    wrongSize[0]++;
    assertLost(only(logs, wrongSize), "undecodable");
  }

  @Test
  void everySignalTellsWhatItSees() {
    byte[] record = requestKey(0);
    logs.accept(new Frame(1, BOOT, BOOT, "boot", record), _ -> {});
    spans.accept(new Frame(1, BOOT, BOOT, "boot", record), _ -> {});
    assertThat(seen).hasSize(2).hasOnlyElementsOfType(RequestKeyHit.class);
  }

  @Test
  void aStepOfTheWallClockChangesNothingInHowLongASpanIsHeld() {
    List<Rendered<SpanData>> out = new ArrayList<>();
    // By the wall clock the span was taken a long time ago: only kernel time is to count.
    spans.accept(new Frame(1, BOOT + 5_000, BOOT, "boot", requestKey(77)), out::add);
    bootNanos.set(5_000 + 1_999_999_999L);
    spans.tick(out::add);
    assertThat(out).isEmpty();
    bootNanos.set(5_000 + 2_000_000_000L);
    spans.tick(out::add);
    assertThat(out).hasSize(1);
    assertThat(spans.releasedEarly()).isZero();
  }

  @Test
  void whatIsHandedOutBeforeItsTimeIsCounted() {
    spans.accept(new Frame(1, BOOT, BOOT, "boot", requestKey(77)), _ -> {});
    spans.flush(_ -> {});
    assertThat(spans.releasedEarly()).isEqualTo(1);
    assertThat(logs.releasedEarly()).isZero();
  }

  /** A request_key record, as struct rk_record has it, of a call that returned this. */
  private static byte[] requestKey(int result) {
    byte[] record = new byte[368];
    ByteBuffer fields = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
    fields.putInt(0, record.length);
    record[4] = OURS;
    record[5] = REQUEST_KEY;
    fields.putLong(16, 1_000).putLong(24, 3_000);
    record[32] = 1;
    record[48] = 7;
    fields.putLong(RESULT, result);
    return record;
  }

  private static void assertLost(Rendered<?> rendered, @Nullable String reason) {
    assertThat(rendered.lostReason()).isEqualTo(reason);
    assertThat(rendered.hits()).isEqualTo(1);
  }
}

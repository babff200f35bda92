/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.resources.Resource;
import io.requestkey.agent.journal.Frame;
import io.requestkey.capture.RecordVersions;
import io.requestkey.telemetry.KeyTelemetry;
import io.requestkey.telemetry.Redaction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a record that cannot be decoded: lost where the kernel side counted a hit. */
final class HitRendererTest {

  private static final KeyTelemetry TELEMETRY =
      KeyTelemetry.create(Resource.empty(), "test", Redaction.DEFAULT);
  private static final int KEYCTL = 2;
  private static final int KEY_FREED = 4;
  private static final int OURS = 2;

  private final List<String> why = new ArrayList<>();
  private final HitRenderer<?> logs =
      HitRenderer.logs(RecordVersions.ours(), TELEMETRY, _ -> {}, why::add);
  private final HitRenderer<?> spans =
      HitRenderer.spans(RecordVersions.ours(), TELEMETRY, Duration.ZERO, 1, why::add);

  private static byte[] record(int version, int kind) {
    byte[] record = new byte[400];
    ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).putInt(0, record.length);
    record[4] = (byte) version;
    record[5] = (byte) kind;
    return record;
  }

  private static <T> Rendered<T> only(HitRenderer<T> renderer, byte[] record) {
    List<Rendered<T>> out = new ArrayList<>();
    renderer.accept(new Frame(7, 0, 0, "boot", record), 0, out::add);
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
    assertThat(why).hasSize(2);
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

  private static void assertLost(Rendered<?> rendered, @Nullable String reason) {
    assertThat(rendered.lostReason()).isEqualTo(reason);
    assertThat(rendered.hits()).isEqualTo(1);
  }
}

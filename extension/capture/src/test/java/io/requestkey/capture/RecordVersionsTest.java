/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Records of releases older and newer than this one. */
final class RecordVersionsTest {

  private static final RecordVersions BOTH = kept(OtherLayout.SHAPE);

  static RecordVersions kept(RecordShape... shapes) {
    StringBuilder text = new StringBuilder("requestkey records\t1");
    for (RecordShape shape : shapes) {
      text.append('\n').append(String.join("\t", shape.words()));
    }
    return RecordVersions.of(text.toString().getBytes(UTF_8));
  }

  @Test
  void aRecordOfAnotherLayoutSaysTheSame() throws CorruptRecordException {
    byte[] ours = RecordDecoderTest.frame();
    KeyHit hit = RecordDecoder.decode(ours);
    assertThat(BOTH.decode(OtherLayout.of(ours, ""))).isEqualTo(hit);
    assertThat(BOTH.decode(OtherLayout.of(ours, "of a string that we do not know"))).isEqualTo(hit);
    assertThat(BOTH.decode(ours)).isEqualTo(hit);
  }

  @Test
  void aVersionOfWhichNothingIsKnownIsRefusedAsThat() {
    byte[] other = OtherLayout.of(RecordDecoderTest.frame(), "");
    assertThatThrownBy(() -> RecordVersions.ours().decode(other))
        .isInstanceOf(UnknownRecordVersionException.class)
        .hasMessageContaining("version 9");
  }

  @Test
  void aLayoutWithoutAFieldThatWeReadIsRefusedAndTheFieldIsNamed() {
    RecordShape whole = OtherLayout.SHAPE;
    var offsets = new java.util.TreeMap<>(whole.offsets());
    Integer loginuid = offsets.remove("loginuid");
    offsets.put("something_else", Objects.requireNonNull(loginuid));
    RecordShape without = new RecordShape(whole.version(), whole.headerBytes(), offsets);
    assertThatThrownBy(() -> RecordTranslation.of(without))
        .isInstanceOf(UnknownRecordVersionException.class)
        .hasMessageContaining("no loginuid");
    byte[] other = OtherLayout.of(RecordDecoderTest.frame(), "");
    assertThatThrownBy(() -> kept(without).decode(other))
        .isInstanceOf(UnknownRecordVersionException.class);
  }

  @Test
  void whatWasKeptIsKeptOnAndTheOldestGoesFirst() throws CorruptRecordException {
    byte[] other = OtherLayout.of(RecordDecoderTest.frame(), "");
    assertThat(RecordVersions.of(BOTH.encode()).decode(other)).isNotNull();

    RecordShape[] many = new RecordShape[30];
    for (int i = 0; i < many.length; i++) {
      many[i] = OtherLayout.shape(i + 3);
    }
    byte[] encoded = kept(many).encode();
    assertThat(encoded).hasSizeLessThanOrEqualTo(RecordVersions.MAX_BYTES);
    byte[] oldest = other.clone();
    oldest[RecordLayout.RECORD_VERSION] = 3;
    byte[] newest = other.clone();
    newest[RecordLayout.RECORD_VERSION] = 32;
    assertThat(RecordVersions.of(encoded).decode(newest)).isNotNull();
    assertThat(RecordVersions.of(encoded).decode(RecordDecoderTest.frame())).isNotNull();
    assertThatThrownBy(() -> RecordVersions.of(encoded).decode(oldest))
        .isInstanceOf(UnknownRecordVersionException.class);
  }

  @Test
  void damageToWhatWasKeptIsHarmless() {
    Random random = new Random(9);
    byte[] good = BOTH.encode();
    byte[] other = OtherLayout.of(RecordDecoderTest.frame(), "text");
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = good.clone();
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      RecordVersions versions = RecordVersions.of(bad);
      assertThatCode(() -> versions.decode(RecordDecoderTest.frame())).doesNotThrowAnyException();
      try {
        assertThat(versions.decode(other)).isNotNull();
      } catch (CorruptRecordException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }

  @Test
  void noRecordIsWithoutWhatEveryVersionHas() {
    for (String field : List.of("size", "version", "kind", "flags", "seq", "text")) {
      List<String> words = new java.util.ArrayList<>(RecordShape.OURS.words());
      words.removeIf(word -> word.startsWith(field + "="));
      assertThatThrownBy(() -> RecordShape.of(words))
          .as(field)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** So that the version alone says what a record of a journal is like. */
  @Test
  void aChangeOfTheLayoutTakesANewVersion() throws Exception {
    try (InputStream in =
        Objects.requireNonNull(
            RecordVersionsTest.class.getResourceAsStream("/record-layouts.txt"))) {
      List<List<String>> layouts =
          new String(in.readAllBytes(), UTF_8)
              .lines()
              .filter(line -> !line.startsWith("#"))
              .map(line -> List.of(line.split(" ", -1)))
              .toList();
      assertThat(layouts).extracting(List::getFirst).doesNotHaveDuplicates();
      assertThat(layouts.getLast())
          .as("record-layouts.txt only grows: a line for each RK_RECORD_VERSION")
          .isEqualTo(RecordShape.OURS.words());
    }
  }
}

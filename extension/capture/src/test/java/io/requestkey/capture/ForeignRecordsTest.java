/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What comes out of the ring of programs of another release. */
final class ForeignRecordsTest {

  private static final int AT = 24;

  private final List<byte[]> taken = new ArrayList<>();
  private boolean room = true;

  /** Whether it left the ring; it lies somewhere in it. */
  private boolean hand(ForeignRecords foreign, byte[] record) {
    byte[] ring = new byte[AT + record.length + 100];
    System.arraycopy(record, 0, ring, AT, record.length);
    return foreign
        .into((data, offset, length) -> {
          if (room) {
            taken.add(data.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
          }
          return room;
        })
        .accept(MemorySegment.ofArray(ring), AT, record.length);
  }

  private static ForeignRecords foreign(RecordShape shape) {
    return Objects.requireNonNull(ForeignRecords.of("the test", shape));
  }

  @Test
  void comesAsARecordOfOurs() throws CorruptRecordException {
    byte[] ours = RecordDecoderTest.frame();
    assertThat(hand(foreign(OtherLayout.SHAPE), OtherLayout.of(ours, "more"))).isTrue();
    assertThat(taken).hasSize(1);
    assertThat(RecordDecoder.decode(taken.getFirst())).isEqualTo(RecordDecoder.decode(ours));
  }

  @Test
  void staysInTheRingWhileThereIsNoRoom() {
    room = false;
    byte[] record = OtherLayout.of(RecordDecoderTest.frame(), "");
    assertThat(hand(foreign(OtherLayout.SHAPE), record)).isFalse();
    assertThat(taken).isEmpty();
  }

  @Test
  void isCountedAndNeverMistakenWhereTheLayoutCannotBeRead() {
    var offsets = new TreeMap<>(OtherLayout.SHAPE.offsets());
    offsets.remove("comm");
    // Of our version, but not our layout: a build that did not keep the rule.
    RecordShape unfit = new RecordShape(RecordLayout.VERSION, 376, offsets);
    byte[] record = RecordDecoderTest.frame();
    assertThat(hand(foreign(unfit), record)).isTrue();
    assertLost();
  }

  @Test
  void isCountedAndNeverMistakenWhereItIsNotOfItsOwnLayout() {
    assertThat(hand(foreign(OtherLayout.SHAPE), RecordDecoderTest.frame())).isTrue();
    assertLost();
  }

  private void assertLost() {
    assertThat(taken).hasSize(1);
    assertThat(RecordDecoder.kind(taken.getFirst())).isEqualTo(HitKind.REQUEST_KEY);
    assertThatThrownBy(() -> RecordDecoder.decode(taken.getFirst()))
        .isInstanceOf(UnknownRecordVersionException.class)
        .hasMessageContaining("layout");
  }

  @Test
  void isLeftOutWhereItsKindIsCountedNowhere() {
    byte[] record = OtherLayout.of(RecordDecoderTest.frame(), "");
    record[RecordLayout.KIND] = 99;
    assertThat(hand(foreign(OtherLayout.SHAPE), record)).isTrue();
    assertThat(taken).isEmpty();
  }

  @Test
  void ourOwnAndThoseOfAnAgentThatDidNotSayAreHandedOnAsTheyAre() {
    assertThat(ForeignRecords.of("the test", RecordShape.OURS)).isNull();
    assertThat(ForeignRecords.of("the test", null)).isNull();
  }
}

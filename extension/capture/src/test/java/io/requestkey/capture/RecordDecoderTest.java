/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RecordDecoderTest {

  /** A request_key record with strings "user", "débug" and a NULL callout. */
  static byte[] frame() {
    byte[] type = "user".getBytes(StandardCharsets.UTF_8);
    byte[] description = "débug".getBytes(StandardCharsets.UTF_8);
    int size = RecordLayout.HEADER_SIZE + type.length + description.length;
    ByteBuffer b = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    b.putInt(RecordLayout.SIZE, size);
    b.put(RecordLayout.RECORD_VERSION, (byte) RecordLayout.VERSION);
    b.put(RecordLayout.KIND, (byte) HitKind.REQUEST_KEY.number());
    b.putShort(RecordLayout.FLAGS, (short) RecordLayout.FLAG_KERNEL_COPIES);
    b.putLong(RecordLayout.SEQ, 77);
    b.putLong(RecordLayout.START_NS, 1_000);
    b.putLong(RecordLayout.END_NS, 2_500);
    for (int i = 0; i < 16; i++) {
      b.put(RecordLayout.TRACE_ID + i, (byte) (i + 1));
    }
    for (int i = 0; i < 8; i++) {
      b.put(RecordLayout.SPAN_ID + i, (byte) (0xa0 + i));
    }
    b.putLong(RecordLayout.CGROUP_ID, 4711);
    b.putLong(RecordLayout.ARG, -3);
    b.putInt(RecordLayout.KEY + RecordLayout.KEY_SIZE, -3);
    b.putInt(RecordLayout.KEY + RecordLayout.KEY_SIZE + RecordLayout.KEY_RESOLVED, 815);
    b.put(RecordLayout.OUTCOME, (byte) 1);
    b.put(RecordLayout.TAMPERING, (byte) 1);
    b.putInt(RecordLayout.LOGINUID, -1);
    b.putLong(RecordLayout.RESULT, 123_456);
    b.putInt(RecordLayout.PID, 10);
    b.putInt(RecordLayout.TID, 11);
    b.putInt(RecordLayout.PPID, 9);
    b.putInt(RecordLayout.RUID, 1000);
    b.putInt(RecordLayout.RGID, 1001);
    b.putInt(RecordLayout.EUID, 1002);
    b.putInt(RecordLayout.EGID, 1003);
    b.put(RecordLayout.COMM, "keyctl".getBytes(StandardCharsets.UTF_8));
    text(b, 0, RecordLayout.TEXT_PRESENT, type.length);
    text(b, 1, RecordLayout.TEXT_PRESENT, description.length);
    text(b, 2, RecordLayout.TEXT_NULL, 0);
    b.put(RecordLayout.HEADER_SIZE, type);
    b.put(RecordLayout.HEADER_SIZE + type.length, description);
    return b.array();
  }

  private static void text(ByteBuffer b, int index, int state, int length) {
    int at = RecordLayout.TEXT + RecordLayout.TEXT_SIZE * index;
    b.putShort(at + RecordLayout.TEXT_LEN, (short) length);
    b.put(at + RecordLayout.TEXT_STATE, (byte) state);
  }

  private static ByteBuffer edit(byte[] frame) {
    return ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void everyFieldArrives() throws CorruptRecordException {
    assertThat(RecordDecoder.decode(frame()))
        .isEqualTo(
            new RequestKeyHit(
                new HitHeader(
                    77,
                    "0102030405060708090a0b0c0d0e0f10",
                    "a0a1a2a3a4a5a6a7",
                    null,
                    1_000,
                    2_500,
                    123_456,
                    false,
                    true,
                    0,
                    Correlation.NONE,
                    null,
                    new Caller(
                        new ProcessIds(10, 11, 9),
                        null,
                        0,
                        0,
                        new Credentials(1000, 1001, 1002, 1003),
                        null,
                        null,
                        0,
                        "keyctl",
                        KernelText.ABSENT,
                        4711,
                        KernelText.ABSENT,
                        0,
                        0,
                        KernelText.ABSENT)),
                KernelText.of("user"),
                KernelText.of("débug"),
                KernelText.NULL,
                new KeyReference(-3, 815),
                false,
                Outcome.FOUND,
                new Tampering(
                    Tampering.Verdict.NONE,
                    Tampering.Reason.NONE,
                    KernelText.ABSENT,
                    KernelText.ABSENT,
                    KernelText.ABSENT),
                null));
  }

  @Test
  void theRestOfACallerArrives() throws CorruptRecordException {
    byte[] frame = frame();
    edit(frame)
        .putShort(
            RecordLayout.FLAGS,
            (short) (RecordLayout.FLAG_SERVICE_CREDS | RecordLayout.FLAG_KEY_ACCESS))
        .putInt(RecordLayout.NS_PID, 5)
        .putInt(RecordLayout.NS_TID, 6)
        .putInt(RecordLayout.NS_PPID, 1)
        .putLong(RecordLayout.PROCESS_START_NS, 77)
        .putLong(RecordLayout.PARENT_START_NS, 66)
        .putInt(RecordLayout.SERVICE_UID, 8)
        .putInt(RecordLayout.SERVICE_GID, 9)
        .putInt(RecordLayout.LOGINUID, 1000)
        .putInt(RecordLayout.SESSION_KEYRING, 31)
        .putInt(RecordLayout.USER_NS, -10)
        .putInt(RecordLayout.PID_NS, 12)
        .putInt(RecordLayout.KEY_UID, 13)
        .putInt(RecordLayout.KEY_GID, 14)
        .putInt(RecordLayout.KEY_PERM, 0x3f010000);
    RequestKeyHit hit = (RequestKeyHit) RecordDecoder.decode(frame);
    assertThat(hit.access()).isEqualTo(new KeyAccess(13, 14, 0x3f010000));
    assertThat(hit.header().caller())
        .isEqualTo(
            new Caller(
                new ProcessIds(10, 11, 9),
                new ProcessIds(5, 6, 1),
                77,
                66,
                new Credentials(1000, 1001, 1002, 1003),
                new ServiceCredentials(8, 9),
                1000,
                31,
                "keyctl",
                KernelText.ABSENT,
                4711,
                KernelText.ABSENT,
                0xffff_fff6L,
                12,
                KernelText.ABSENT));
  }

  @Test
  void nameOfTheCallersServiceIsTheLastString() throws CorruptRecordException {
    byte[] frame = frame();
    byte[] name = "checkout".getBytes(StandardCharsets.UTF_8);
    byte[] longer = java.util.Arrays.copyOf(frame, frame.length + name.length);
    System.arraycopy(name, 0, longer, frame.length, name.length);
    edit(longer).putInt(RecordLayout.SIZE, longer.length);
    text(edit(longer), RecordLayout.TEXTS - 1, RecordLayout.TEXT_PRESENT, name.length);

    assertThat(RecordDecoder.decode(longer).header().caller().serviceName())
        .isEqualTo(KernelText.of("checkout"));
  }

  @Test
  void spansOfTheApplicationAndOfTheParentArrive() throws CorruptRecordException {
    byte[] frame = frame();
    assertThat(RecordDecoder.decode(frame).header().application()).isNull();
    assertThat(RecordDecoder.decode(frame).header().parentSpanId()).isNull();

    frame[RecordLayout.APP_TRACE_ID + 15] = 3;
    frame[RecordLayout.APP_SPAN_ID + 7] = 4;
    frame[RecordLayout.APP_FLAGS] = (byte) 0x81;
    frame[RecordLayout.PARENT_SPAN_ID + 7] = 4;
    frame[RecordLayout.FLAGS] = (byte) RecordLayout.FLAG_APP_PARENT;
    frame[RecordLayout.CORRELATION] = (byte) 1;
    HitHeader header = RecordDecoder.decode(frame).header();
    assertThat(header.application())
        .isEqualTo(new ApplicationSpan("0".repeat(31) + "3", "0".repeat(15) + "4", 0x81, true));
    assertThat(header.parentSpanId()).isEqualTo("0".repeat(15) + "4");
    assertThat(header.correlation()).isEqualTo(Correlation.SDK_TLS);
  }

  @Test
  void upcallAndEndOfAKeyArrive() throws CorruptRecordException {
    byte[] frame = frame();
    edit(frame)
        .put(RecordLayout.KIND, (byte) HitKind.UPCALL.number())
        .putInt(RecordLayout.KEY + RecordLayout.KEY_RESOLVED, 42)
        .putInt(RecordLayout.AUTH_KEY, 43)
        .putInt(RecordLayout.HELPER_PID, 44);
    UpcallHit upcall = (UpcallHit) RecordDecoder.decode(frame);
    assertThat(upcall.serial()).isEqualTo(42);
    assertThat(upcall.authKey()).isEqualTo(43);
    assertThat(upcall.helperPid()).isEqualTo(44);

    edit(frame)
        .put(RecordLayout.KIND, (byte) HitKind.KEY_FREED.number())
        .put(RecordLayout.KEY_END, (byte) 2);
    KeyFreedHit freed = (KeyFreedHit) RecordDecoder.decode(frame);
    assertThat(freed.serial()).isEqualTo(42);
    assertThat(freed.how()).isEqualTo(KeyEnd.REVOKED);
    assertThat(freed.origin()).isNull();
  }

  @Test
  void keyctlHasItsOriginWhenOneIsKnown() throws CorruptRecordException {
    byte[] frame = frame();
    edit(frame)
        .put(RecordLayout.KIND, (byte) HitKind.KEYCTL.number())
        .putInt(RecordLayout.OPERATION, 11)
        .putInt(RecordLayout.KEY + RecordLayout.KEY_GIVEN, -7)
        .putInt(RecordLayout.KEY + RecordLayout.KEY_RESOLVED, 42);
    assertThat(((KeyctlHit) RecordDecoder.decode(frame)).origin()).isNull();

    frame[RecordLayout.ORIGIN_TRACE_ID + 15] = 1;
    frame[RecordLayout.ORIGIN_SPAN_ID + 7] = 2;
    KeyctlHit hit = (KeyctlHit) RecordDecoder.decode(frame);
    assertThat(hit.origin()).isEqualTo(new Origin("0".repeat(31) + "1", "0".repeat(15) + "2"));
    assertThat(hit.operation()).isEqualTo(11);
    assertThat(hit.target()).isEqualTo(new KeyReference(-7, 42));
  }

  @Test
  void numbersThatANewerReleaseAddsCostNoRecord() throws CorruptRecordException {
    for (int number : new int[] {100, 200}) {
      byte[] frame = frame();
      edit(frame)
          .put(RecordLayout.TAMPERING, (byte) number)
          .put(RecordLayout.TAMPERING_REASON, (byte) number)
          .put(RecordLayout.OUTCOME, (byte) number)
          .put(RecordLayout.CORRELATION, (byte) number)
          .put(RecordLayout.KEY_END, (byte) number);
      RequestKeyHit request = (RequestKeyHit) RecordDecoder.decode(frame);
      assertThat(request.tampering().verdict()).isEqualTo(Tampering.Verdict.UNKNOWN);
      assertThat(request.tampering().reason()).isEqualTo(Tampering.Reason.NONE);
      assertThat(request.outcome()).isEqualTo(Outcome.UNKNOWN);
      assertThat(request.header().correlation()).isEqualTo(Correlation.NONE);
      assertThat(request.type()).isEqualTo(KernelText.of("user"));

      edit(frame).put(RecordLayout.KIND, (byte) HitKind.KEY_FREED.number());
      assertThat(((KeyFreedHit) RecordDecoder.decode(frame)).how()).isEqualTo(KeyEnd.UNKNOWN);
    }
  }

  @Test
  void refusesWhatIsNoRecordAndSaysWhy() {
    refused(new byte[10], "shorter than its header");
    byte[] size = frame();
    edit(size).putInt(RecordLayout.SIZE, 1);
    refused(size, "says it has 1 bytes");
    byte[] version = frame();
    version[RecordLayout.RECORD_VERSION] = 9;
    refused(version, "version 9");
    byte[] kind = frame();
    kind[RecordLayout.KIND] = 7;
    refused(kind, "kind 7");
    byte[] beyond = frame();
    text(edit(beyond), 1, RecordLayout.TEXT_PRESENT, 60_000);
    refused(beyond, "ends beyond it");
    byte[] left = frame();
    text(edit(left), 1, RecordLayout.TEXT_UNREADABLE, 0);
    refused(left, "belong to no string");
    byte[] state = frame();
    text(edit(state), 0, 9, 0);
    refused(state, "state 9");
    byte[] end = frame();
    edit(end).putLong(RecordLayout.END_NS, 5);
    refused(end, "ends at 5");
    byte[] ids = frame();
    edit(ids).putLong(RecordLayout.SPAN_ID, 0);
    refused(ids, "without ids");
  }

  private static void refused(byte[] frame, String why) {
    assertThatThrownBy(() -> RecordDecoder.decode(frame))
        .isInstanceOf(CorruptRecordException.class)
        .hasMessageContaining(why);
  }

  @Test
  void mutatedBytesAreDecodedOrRefusedButNeverMore() {
    RecordVersions versions = RecordVersionsTest.kept(OtherLayout.SHAPE);
    byte[][] originals = {frame(), OtherLayout.of(frame(), "of another release")};
    int refused = 0;
    for (int i = 0; i < Fuzz.CASES; i++) {
      long seed = Fuzz.seed(i);
      Random random = new Random(seed);
      byte[] frame = Fuzz.mutated(originals[i % originals.length], random);
      try {
        assertThat(versions.decode(frame).header().spanId()).as("seed %d", seed).hasSize(16);
      } catch (CorruptRecordException e) {
        assertThat(e.getMessage()).as("seed %d", seed).isNotEmpty();
        refused++;
      }
    }
    System.out.printf("records: %d mutated, %d refused%n", Fuzz.CASES, refused);
    assertThat(refused).isBetween(1, Fuzz.CASES - 1);
  }
}

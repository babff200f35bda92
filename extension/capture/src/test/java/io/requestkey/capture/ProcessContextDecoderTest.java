/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ProcessContextDecoderTest {

  private static final int CASES = 200_000;

  private static ContextBytes usual() {
    return new ContextBytes()
        .resource("service.version", "7")
        .resource("service.name", "käse")
        .attribute("threadlocal.schema_version", "tls_v1");
  }

  @Test
  void nameSchemaAndOffsetAreTaken() throws ProtoReader.MalformedException {
    assertThat(
            ProcessContextDecoder.decode(
                usual().attribute("requestkey.thread_ctx.tls_offset", -240).payload()))
        .isEqualTo(new ProcessContext("käse", "tls_v1", -240L));
  }

  @Test
  void offsetMayBeDecimalDigits() throws ProtoReader.MalformedException {
    assertThat(
            ProcessContextDecoder.decode(
                    usual().attribute("requestkey.thread_ctx.tls_offset", "-240").payload())
                .tlsOffset())
        .isEqualTo(-240);
  }

  @Test
  void offsetThatNoThreadCanHaveIsNone() throws ProtoReader.MalformedException {
    for (long offset : new long[] {Long.MIN_VALUE, 1L << 40, -(1L << 40)}) {
      assertThat(
              ProcessContextDecoder.decode(
                      usual().attribute("requestkey.thread_ctx.tls_offset", offset).payload())
                  .tlsOffset())
          .isNull();
    }
    assertThat(
            ProcessContextDecoder.decode(
                    usual().attribute("requestkey.thread_ctx.tls_offset", "0x10").payload())
                .tlsOffset())
        .isNull();
  }

  @Test
  void keysOfTheOneListAreNotTakenFromTheOther() throws ProtoReader.MalformedException {
    assertThat(
            ProcessContextDecoder.decode(
                new ContextBytes()
                    .attribute("service.name", "a")
                    .resource("threadlocal.schema_version", "tls_v1")
                    .payload()))
        .isEqualTo(new ProcessContext(null, null, null));
  }

  @Test
  void emptyMessageSaysNothing() throws ProtoReader.MalformedException {
    assertThat(ProcessContextDecoder.decode(new byte[0]))
        .isEqualTo(new ProcessContext(null, null, null));
  }

  @Test
  void threadsOfAnotherSchemaKeepNoRecordsWeRead() {
    assertThat(new ProcessContext(null, "tls_v1", null).threadsKeepRecords()).isTrue();
    assertThat(new ProcessContext(null, "tlsdesc_v1_dev", null).threadsKeepRecords()).isTrue();
    assertThat(new ProcessContext(null, "go_pprof_v1", null).threadsKeepRecords()).isFalse();
    assertThat(new ProcessContext(null, null, null).threadsKeepRecords()).isFalse();
  }

  @Test
  void messageThatIsCutIsRefused() {
    byte[] payload = usual().payload();
    assertThatThrownBy(
            () -> ProcessContextDecoder.decode(Arrays.copyOf(payload, payload.length - 1)))
        .isInstanceOf(ProtoReader.MalformedException.class);
  }

  /** Whatever the bytes are, the answer is a context or a refusal. */
  @Test
  void hostileBytes() {
    Random random = new Random(4719);
    byte[] good = usual().attribute("requestkey.thread_ctx.tls_offset", -240).payload();
    int refused = 0;
    for (int i = 0; i < CASES; i++) {
      byte[] bytes = good.clone();
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      if (i % 5 == 0) {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 8));
      }
      try {
        assertThat(ProcessContextDecoder.decode(bytes)).isNotNull();
      } catch (ProtoReader.MalformedException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(CASES / 10, CASES - 1);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
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

  /** What ddtrace 4.16.0 publishes, its attributes of other kinds in between. */
  @Test
  void contextOfAnotherPublisher() throws ProtoReader.MalformedException {
    byte[] payload =
        HexFormat.of()
            .parseHex(
                "0a1b0a190a0c736572766963652e6e616d6512090a0764642d73686f70"
                    + "12410a1d7468726561646c6f63616c2e6174747269627574655f6b65795f6d6170"
                    + "12202a1e0a1c0a1a64617461646f672e6c6f63616c5f726f6f745f7370616e5f6964"
                    + "122e0a1a7468726561646c6f63616c2e736368656d615f76657273696f6e"
                    + "12100a0e746c73646573635f76315f646576");
    assertThat(ProcessContextDecoder.decode(payload))
        .isEqualTo(new ProcessContext("dd-shop", "tlsdesc_v1_dev", null));
  }

  @Test
  void fieldsOfEveryWireTypeAreSkipped() throws ProtoReader.MalformedException {
    byte[] unknown =
        HexFormat.of().parseHex("5801" + "59" + "0102030405060708" + "5d01020304" + "5a03010203");
    byte[] known = usual().payload();
    byte[] both = Arrays.copyOf(unknown, unknown.length + known.length);
    System.arraycopy(known, 0, both, unknown.length, known.length);
    assertThat(ProcessContextDecoder.decode(both))
        .isEqualTo(new ProcessContext("käse", "tls_v1", null));
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

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The reading protocol of OTEP 4719. */
final class PublishedContextTest {

  private static final long ADDRESS = 0x7000_0000_1000L;
  private static final byte[] PAYLOAD =
      new ContextBytes().resource("service.name", "shop").payload();

  /** Memory of one mapping; runs something before each read but the first. */
  private static final class Memory implements RemoteMemory {
    private final ByteBuffer bytes;
    private final Runnable between;
    private int reads;

    Memory(ByteBuffer bytes, Runnable between) {
      this.bytes = bytes;
      this.between = between;
    }

    @Override
    public byte @Nullable [] read(long address, int length) {
      if (reads++ > 0) {
        between.run();
      }
      long at = address - ADDRESS;
      if (at < 0 || length > bytes.limit() - at) {
        return null;
      }
      byte[] read = new byte[length];
      bytes.get((int) at, read);
      return read;
    }
  }

  private static PublishedContext.Outcome read(ByteBuffer bytes) {
    return PublishedContext.read(new Memory(bytes, () -> {}), ADDRESS);
  }

  private static ByteBuffer published() {
    return ContextBytes.published(ADDRESS, 17, PAYLOAD);
  }

  @Test
  void wholeContextIsRead() {
    assertThat(read(published()))
        .isEqualTo(new PublishedContext.Outcome.Read(17, new ProcessContext("shop", null, null)));
  }

  @Test
  void contextThatIsBeingWrittenIsToBeReadAgain() {
    assertThat(read(published().putLong(ContextBytes.PUBLISHED_AT, 0)))
        .isEqualTo(new PublishedContext.Outcome.Unstable());
  }

  @Test
  void contextThatChangesMeanwhileIsToBeReadAgain() {
    ByteBuffer bytes = published();
    Memory memory = new Memory(bytes, () -> bytes.putLong(ContextBytes.PUBLISHED_AT, 18));
    assertThat(PublishedContext.read(memory, ADDRESS))
        .isEqualTo(new PublishedContext.Outcome.Unstable());
  }

  @Test
  void otherBytesAreNone() {
    PublishedContext.Outcome none = new PublishedContext.Outcome.None();
    assertThat(read(published().put(0, (byte) 'o'))).isEqualTo(none);
    assertThat(read(published().putInt(8, 1))).as("version 1").isEqualTo(none);
    assertThat(read(published().putInt(12, -1))).as("size below 0").isEqualTo(none);
    assertThat(read(published().putInt(12, 1 << 20))).as("too large").isEqualTo(none);
    assertThat(read(published().putLong(24, 8))).as("payload not mapped").isEqualTo(none);
    assertThat(read(ByteBuffer.allocate(8))).as("too short").isEqualTo(none);
  }

  @Test
  void hostileHeaders() {
    Random random = new Random(24);
    for (int i = 0; i < 100_000; i++) {
      ByteBuffer bytes = published();
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        bytes.put(8 + random.nextInt(bytes.limit() - 8), (byte) random.nextInt());
      }
      assertThat(read(bytes)).isNotNull();
    }
  }
}

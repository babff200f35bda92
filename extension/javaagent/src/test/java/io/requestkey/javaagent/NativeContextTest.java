/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.requestkey.javaagent.program.Reader;
import io.requestkey.javaagent.program.Reader.Finding;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The library itself, called in both ways and read by thread pointer and offset. */
final class NativeContextTest {

  private static final String TRACE_ID = "0123456789abcdeffedcba9876543210";
  private static final String SPAN_ID = "8899aabbccddeeff";
  private static final int E2BIG = 7;
  private static final int EINVAL = 22;

  static Stream<NativeContext> bothWays() throws IOException {
    return Stream.of(NativeLibrary.load(), new JniContext(NativeLibrary.file()));
  }

  @ParameterizedTest
  @MethodSource("bothWays")
  void writesTheRecordOfOneThread(NativeContext context) throws InterruptedException {
    Reader reader = new Reader(offset(context));
    context.threadClear();
    assertThat(reader.isEmpty()).isTrue();

    publish(context, 1);
    assertThat(reader.compare(TRACE_ID, SPAN_ID, 1)).isEqualTo(Finding.THIS);
    assertThat(reader.compare(TRACE_ID, SPAN_ID, 0)).isEqualTo(Finding.OTHER);
    assertThat(reader.text()).isEqualTo(TRACE_ID + "-" + SPAN_ID);

    AtomicReference<Finding> onAnother = new AtomicReference<>();
    Thread another = new Thread(() -> onAnother.set(reader.compare(TRACE_ID, SPAN_ID, 1)));
    another.start();
    another.join();
    assertThat(onAnother).hasValue(Finding.NONE);

    publish(context, -1);
    assertThat(reader.compare(TRACE_ID, SPAN_ID, 0xff)).isEqualTo(Finding.THIS);

    context.threadClear();
    assertThat(reader.compare(TRACE_ID, SPAN_ID, 0xff)).isEqualTo(Finding.NONE);
  }

  @ParameterizedTest
  @MethodSource("bothWays")
  void hasTheVariableAtOneOffsetInAllThreads(NativeContext context) {
    assertThat(TlsOffset.find(context)).isEqualTo(OptionalLong.of(context.threadTlsOffset()));
  }

  @ParameterizedTest
  @MethodSource("bothWays")
  void refusesPayloadsThatDoNotFit(NativeContext context) {
    assertThat(context.processBegin(-1)).isEqualTo(-E2BIG);
    assertThat(context.processBegin(64 * 1024 - 32 + 1)).isEqualTo(-E2BIG);
    assertThat(context.processBegin(64 * 1024 - 32)).isZero();
    assertThat(context.processPut(-1, 0)).isEqualTo(-EINVAL);
    assertThat(context.processPut((64 * 1024 - 32) / 8, 0)).isEqualTo(-EINVAL);
    assertThat(context.processPut((64 * 1024 - 32) / 8 - 1, 0)).isZero();
    assertThat(context.processCommit()).isZero();
    assertThat(context.processPut(0, 0)).isEqualTo(-EINVAL);
    assertThat(context.processCommit()).isEqualTo(-EINVAL);
  }

  private static void publish(NativeContext context, int flags) {
    context.threadPublish(0x0123456789abcdefL, 0xfedcba9876543210L, 0x8899aabbccddeeffL, flags);
  }

  private static long offset(NativeContext context) {
    return context.threadTlsOffset();
  }
}

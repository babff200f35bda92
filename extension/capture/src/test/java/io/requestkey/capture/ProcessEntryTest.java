/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ProcessEntryTest {

  private static MemorySegment written(ThreadVariable variable, @Nullable String service) {
    MemorySegment to = MemorySegment.ofArray(new long[ProcessLayout.SIZE / 8]);
    new ProcessEntry(70_000_000, variable, service).write(to, true);
    return to;
  }

  private static byte[] name(String service) {
    MemorySegment entry = written(new ThreadVariable.None(), service);
    byte[] all = entry.toArray(ValueLayout.JAVA_BYTE);
    return Arrays.copyOfRange(
        all,
        ProcessLayout.SERVICE_NAME,
        ProcessLayout.SERVICE_NAME + all[ProcessLayout.SERVICE_NAME_LENGTH]);
  }

  private static int octet(MemorySegment entry, long at) {
    return entry.get(ValueLayout.JAVA_BYTE, at);
  }

  @Test
  void staticVariable() {
    MemorySegment entry = written(new ThreadVariable.Static(-240), null);
    assertThat(entry.get(Native.LONG, ProcessLayout.START_NS)).isEqualTo(70_000_000);
    assertThat(entry.get(Native.LONG, ProcessLayout.TLS_OFFSET)).isEqualTo(-240);
    assertThat(octet(entry, ProcessLayout.TLS)).isEqualTo(ProcessLayout.TLS_STATIC);
    assertThat(octet(entry, ProcessLayout.READY)).isEqualTo(1);
    assertThat(octet(entry, ProcessLayout.SERVICE_NAME_LENGTH)).isZero();
  }

  @Test
  void dynamicVariable() {
    MemorySegment entry =
        written(new ThreadVariable.Dynamic(3, 16, ThreadVariable.Vector.glibc(false)), null);
    assertThat(octet(entry, ProcessLayout.TLS)).isEqualTo(ProcessLayout.TLS_DYNAMIC);
    assertThat(entry.get(Native.LONG, ProcessLayout.TLS_MODULE)).isEqualTo(3);
    assertThat(entry.get(Native.LONG, ProcessLayout.TLS_OFFSET)).isEqualTo(16);
    assertThat(entry.get(Native.INT, ProcessLayout.VECTOR_OFFSET)).isEqualTo(8);
    assertThat(entry.get(Native.INT, ProcessLayout.VECTOR_COUNT_OFFSET)).isEqualTo(-16);
    assertThat(entry.get(Native.INT, ProcessLayout.VECTOR_STRIDE)).isEqualTo(16);
  }

  @Test
  void longNameIsCutBetweenCharacters() {
    String name = "a" + "é".repeat(40);
    assertThat(new String(name(name), StandardCharsets.UTF_8)).isEqualTo("a" + "é".repeat(31));
    assertThat(octet(written(new ThreadVariable.None(), name), ProcessLayout.SERVICE_NAME_CUT))
        .isEqualTo(1);
    assertThat(octet(written(new ThreadVariable.None(), "a"), ProcessLayout.SERVICE_NAME_CUT))
        .isZero();
  }
}

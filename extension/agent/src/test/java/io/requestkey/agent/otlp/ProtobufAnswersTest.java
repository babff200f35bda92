/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.requestkey.agent.otlp.ProtoFields.MalformedMessageException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The few messages that are decoded by hand, against the generated classes and against garbage. */
class ProtobufAnswersTest {

  private static final byte[] TRACES =
      ExportTraceServiceResponse.newBuilder()
          .setPartialSuccess(
              ExportTracePartialSuccess.newBuilder()
                  .setRejectedSpans(1L << 40)
                  .setErrorMessage("zu alt: é"))
          .build()
          .toByteArray();

  @Test
  void a_partial_success_reads_the_same_for_every_signal() throws Exception {
    byte[] metrics =
        ExportMetricsServiceResponse.newBuilder()
            .setPartialSuccess(ExportMetricsPartialSuccess.newBuilder().setRejectedDataPoints(7))
            .build()
            .toByteArray();

    assertThat(PartialSuccess.fromProtobuf(TRACES))
        .isEqualTo(new PartialSuccess(1L << 40, "zu alt: é"));
    assertThat(PartialSuccess.fromProtobuf(metrics)).isEqualTo(new PartialSuccess(7, ""));
    assertThat(PartialSuccess.fromProtobuf(new byte[0])).isEqualTo(PartialSuccess.NONE);
  }

  @Test
  void a_negative_number_of_rejections_is_none() throws Exception {
    byte[] response =
        ExportTraceServiceResponse.newBuilder()
            .setPartialSuccess(ExportTracePartialSuccess.newBuilder().setRejectedSpans(-5))
            .build()
            .toByteArray();

    assertThat(PartialSuccess.fromProtobuf(response).rejected()).isZero();
  }

  @Test
  void fields_of_a_later_version_are_skipped() throws Exception {
    // Field 15 varint, 14 fixed64, 13 fixed32, 12 bytes; then the partial success.
    byte[] unknown =
        HexFormat.of().parseHex("7801" + "710102030405060708" + "6d01020304" + "620161");
    byte[] response = Arrays.copyOf(unknown, unknown.length + TRACES.length);
    System.arraycopy(TRACES, 0, response, unknown.length, TRACES.length);

    assertThat(PartialSuccess.fromProtobuf(response).rejected()).isEqualTo(1L << 40);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0a05", // shorter than it says
        "0affffffff0f", // two thirds of a gigabyte
        "0affffffffffffffffff01", // a negative length
        "08", // no number
        "08ffffffffffffffffffff01", // a number of eleven bytes
        "0b", // a group
        "00", // field zero
        "0f" // no such type
      })
  void what_is_malformed_is_refused(String hex) {
    assertThatThrownBy(() -> PartialSuccess.fromProtobuf(HexFormat.of().parseHex(hex)))
        .isInstanceOf(MalformedMessageException.class);
  }

  @Test
  void garbage_is_never_worse_than_malformed() {
    Random random = new Random(25);
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = TRACES.clone();
      if (random.nextBoolean()) {
        bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
      } else {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(PartialSuccess.fromProtobuf(bytes).rejected()).isNotNegative();
        assertThat(RpcStatus.parse(bytes).message()).doesNotContain("\n");
      } catch (MalformedMessageException expected) {
        assertThat(expected).hasMessage("malformed protobuf");
      }
    }
  }

  @Test
  void a_retry_delay_may_have_a_fraction_or_be_missing() throws Exception {
    Duration delay = Duration.newBuilder().setSeconds(2).setNanos(500_000_000).build();
    ByteString info = ByteString.copyFrom(Fault.RpcStatuses.field(1, delay.toByteArray()));

    assertThat(RpcStatus.parse(Fault.RpcStatuses.status(8, info)))
        .isEqualTo(new RpcStatus("", true, java.time.Duration.ofMillis(2500)));
    assertThat(RpcStatus.parse(Fault.RpcStatuses.status(8, ByteString.EMPTY)))
        .isEqualTo(new RpcStatus("", true, null));
  }

  @Test
  void an_absurd_retry_delay_is_bounded() throws Exception {
    Duration absurd = Duration.newBuilder().setSeconds(Long.MAX_VALUE).setNanos(-1).build();
    ByteString info = ByteString.copyFrom(Fault.RpcStatuses.field(1, absurd.toByteArray()));

    assertThat(RpcStatus.parse(Fault.RpcStatuses.status(8, info)).retryDelay())
        .isEqualTo(java.time.Duration.ofDays(3_652_500));
  }
}

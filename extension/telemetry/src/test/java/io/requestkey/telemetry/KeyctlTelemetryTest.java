/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.equalTo;
import static io.requestkey.telemetry.Hits.OBSERVED;
import static io.requestkey.telemetry.Hits.ORIGIN;
import static io.requestkey.telemetry.Hits.SERIAL;
import static io.requestkey.telemetry.Hits.header;
import static io.requestkey.telemetry.Hits.keyctl;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.capture.KeyctlHit;
import io.requestkey.capture.KeyctlOperation;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a keyctl call looks like as telemetry. */
class KeyctlTelemetryTest {

  private final KeyTelemetry telemetry = Hits.telemetry();

  @Test
  void aFollowUpOnARequestedKey() {
    LogRecordData log = telemetry.log(Hits.read(ORIGIN), OBSERVED);

    assertThat(log)
        .hasSeverity(Severity.INFO)
        .hasBody("keyctl(read, 123456789) = 8")
        .hasAttributesSatisfyingExactly(
            Hits.andCaller(
                equalTo(KeyringAttributes.KEYCTL_OPERATION, "read"),
                equalTo(KeyringAttributes.KEY_SERIAL, SERIAL),
                equalTo(KeyringAttributes.KEYCTL_TARGET_SERIAL, SERIAL),
                equalTo(KeyringAttributes.KEYCTL_BUFFER_SIZE, 64),
                equalTo(KeyringAttributes.KEYCTL_ARG2, SERIAL),
                equalTo(KeyringAttributes.KEYCTL_ARG3, 0x7ffc0000),
                equalTo(KeyringAttributes.KEYCTL_ARG4, 64),
                equalTo(KeyringAttributes.ORIGIN_TRACE_ID, ORIGIN.traceId()),
                equalTo(KeyringAttributes.ORIGIN_SPAN_ID, ORIGIN.spanId()),
                equalTo(KeyringAttributes.RESULT, 8),
                equalTo(KeyringAttributes.DURATION, 1_850)));
    assertThat(log.getEventName()).isEqualTo("keyring.keyctl");
  }

  @Test
  void itsSpanLinksToTheSpanThatReturnedTheKey() {
    SpanData span = Hits.span(Hits.read(ORIGIN));

    assertThat(span).hasName("keyctl read").hasTotalRecordedLinks(1);
    LinkData link = span.getLinks().getFirst();
    assertThat(link.getSpanContext().getTraceId()).isEqualTo(ORIGIN.traceId());
    assertThat(link.getSpanContext().getSpanId()).isEqualTo(ORIGIN.spanId());
    assertThat(link.getSpanContext().isSampled()).isTrue();
    assertThat(link.getSpanContext().isRemote()).isFalse();
    assertThat(link.getAttributes())
        .hasSize(1)
        .containsEntry(KeyringAttributes.LINK_RELATION, "origin");
  }

  @Test
  void anOperationOnAKeyOfUnknownOriginHasNoLink() {
    assertThat(Hits.span(Hits.read(null))).hasTotalRecordedLinks(0);
    assertThat(log(Hits.read(null)))
        .doesNotContainKey(KeyringAttributes.ORIGIN_TRACE_ID)
        .doesNotContainKey(KeyringAttributes.ORIGIN_SPAN_ID);
  }

  @Test
  void aFailedOperation() {
    KeyctlHit hit =
        keyctl(KeyctlOperation.READ, header(-128), SERIAL, 0, 0, 0, SERIAL, SERIAL, ORIGIN);

    assertThat(telemetry.log(hit, OBSERVED))
        .hasSeverity(Severity.WARN)
        .hasBody("keyctl(read, 123456789) = -1 EKEYREVOKED");
    assertThat(log(hit))
        .containsEntry(KeyringAttributes.ERROR_TYPE, "EKEYREVOKED")
        .containsEntry(KeyringAttributes.KEY_SERIAL, SERIAL);
  }

  @Test
  void aSpecialKeyringIsToldAsGivenAndAsResolved() {
    KeyctlHit hit = Hits.clearSession(/* resolved= */ 456);

    assertThat(log(hit))
        .containsEntry(KeyringAttributes.KEY_SERIAL, 456L)
        .containsEntry(KeyringAttributes.KEYCTL_TARGET_SERIAL, -3L)
        .containsEntry(KeyringAttributes.KEYCTL_TARGET_NAME, "_ses");
    assertThat(body(hit)).isEqualTo("keyctl(clear, _ses) = 0");
  }

  @Test
  void aSpecialKeyringThatWasNotResolvedIsNoSerial() {
    assertThat(log(Hits.clearSession(/* resolved= */ 0)))
        .doesNotContainKey(KeyringAttributes.KEY_SERIAL)
        .containsEntry(KeyringAttributes.KEYCTL_TARGET_NAME, "_ses");
  }

  @Test
  void aSerialOf32BitsIsNegativeHoweverTheRegisterWasFilled() {
    assertThat(log(Hits.clearSession(0))).containsEntry(KeyringAttributes.KEYCTL_ARG2, -3L);
  }

  @Test
  void argumentsAnOperationDoesNotTakeAreLeftOut() {
    assertThat(log(Hits.clearSession(0)))
        .doesNotContainKey(KeyringAttributes.KEYCTL_ARG3)
        .doesNotContainKey(KeyringAttributes.KEYCTL_ARG4)
        .doesNotContainKey(KeyringAttributes.KEYCTL_ARG5);
  }

  @Test
  void anOperationThatFindsAKey() {
    KeyctlHit hit =
        keyctl(KeyctlOperation.SEARCH, header(SERIAL), -3, 0x7f01, 0x7f02, -2, 0, SERIAL, ORIGIN);

    assertThat(log(hit))
        .containsEntry(KeyringAttributes.KEY_SERIAL, SERIAL)
        .doesNotContainKey(KeyringAttributes.KEYCTL_TARGET_SERIAL)
        .containsEntry(KeyringAttributes.KEYCTL_ARG2, -3L)
        .containsEntry(KeyringAttributes.KEYCTL_ARG5, -2L);
    assertThat(body(hit)).isEqualTo("keyctl(search, _ses, _pid) = 123456789");
  }

  @Test
  void anUnknownOperationIsToldByNumberWithAllThatWasGiven() {
    KeyctlHit hit = Hits.unknownOperation();

    assertThat(log(hit))
        .containsEntry(KeyringAttributes.KEYCTL_OPERATION, "4711")
        .containsEntry(KeyringAttributes.KEYCTL_ARG2, 1L)
        .containsEntry(KeyringAttributes.KEYCTL_ARG3, -2L)
        .containsEntry(KeyringAttributes.KEYCTL_ARG4, 3L)
        .containsEntry(KeyringAttributes.KEYCTL_ARG5, 4L)
        .containsEntry(KeyringAttributes.ERROR_TYPE, "EOPNOTSUPP");
    assertThat(body(hit))
        .isEqualTo("keyctl(4711, 0x1, 0xfffffffffffffffe, 0x3, 0x4) = -1 EOPNOTSUPP");
  }

  @Test
  void anUnknownOperationIsNoPartOfTheSpanName() {
    assertThat(Hits.span(Hits.unknownOperation())).hasName("keyctl");
  }

  @ParameterizedTest
  @EnumSource(KeyctlOperation.class)
  void everyKnownOperationIsPartOfTheSpanName(KeyctlOperation operation) {
    KeyctlHit hit = keyctl(operation, header(0), 1, 2, 3, 4, 1, 0, null);

    assertThat(Hits.span(hit)).hasName("keyctl " + operation.label());
    assertThat(log(hit)).containsEntry(KeyringAttributes.KEYCTL_OPERATION, operation.label());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET_KEYRING_ID | -4 | 1 | 0 | 0 | keyctl(get_keyring_id, _uid, 1) = 0",
        "JOIN_SESSION_KEYRING | 32512 | 9 | 9 | 9 | keyctl(join_session_keyring) = 0",
        "CHOWN | 5 | 4294967295 | 1000 | 9 | keyctl(chown, 5, -1, 1000) = 0",
        "SETPERM | 5 | 1061093376 | 9 | 9 | keyctl(setperm, 5, 0x3f3f0000) = 0",
        "LINK | 5 | 4294967293 | 9 | 9 | keyctl(link, 5, _ses) = 0",
        "INSTANTIATE | 5 | 32512 | 16 | 0 | keyctl(instantiate, 5, 0) = 0",
        "NEGATE | 5 | 60 | -3 | 9 | keyctl(negate, 5, 60, _ses) = 0",
        "SET_REQKEY_KEYRING | -1 | 9 | 9 | 9 | keyctl(set_reqkey_keyring, -1) = 0",
        "SET_TIMEOUT | 5 | 4294967295 | 9 | 9 | keyctl(set_timeout, 5, 4294967295) = 0",
        "SESSION_TO_PARENT | 9 | 9 | 9 | 9 | keyctl(session_to_parent) = 0",
        "REJECT | 5 | 30 | 129 | -8 | keyctl(reject, 5, 30, 129, _requestor) = 0",
        "GET_PERSISTENT | 4294967295 | -3 | 9 | 9 | keyctl(get_persistent, -1, _ses) = 0",
        "MOVE | 5 | -3 | 7 | 1 | keyctl(move, 5, _ses, 7, 1) = 0",
        "CAPABILITIES | 32512 | 2 | 9 | 9 | keyctl(capabilities) = 0",
        "WATCH_KEY | 5 | 3 | -1 | 9 | keyctl(watch_key, 5, 3, -1) = 0",
      })
  void theBodyShowsSerialsAndNumbersButNoBuffers(
      KeyctlOperation operation, long arg2, long arg3, long arg4, long arg5, String line) {
    assertThat(body(keyctl(operation, header(0), arg2, arg3, arg4, arg5, 0, 0, null)))
        .isEqualTo(line);
  }

  private Attributes log(KeyctlHit hit) {
    return telemetry.log(hit, OBSERVED).getAttributes();
  }

  private String body(KeyctlHit hit) {
    return Objects.requireNonNull(telemetry.log(hit, OBSERVED).getBodyValue()).asString();
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.equalTo;
import static io.requestkey.telemetry.Hits.ENOKEY;
import static io.requestkey.telemetry.Hits.OBSERVED;
import static io.requestkey.telemetry.Hits.SERIAL;
import static io.requestkey.telemetry.Hits.header;
import static io.requestkey.telemetry.Hits.requestKey;
import static io.requestkey.telemetry.Hits.requestKeyDescribed;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.RequestKeyHit;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a request_key call looks like as telemetry. */
class RequestKeyTelemetryTest {

  private final KeyTelemetry telemetry = Hits.telemetry();

  @Test
  void aCallThatFoundItsKey() {
    LogRecordData log = telemetry.log(requestKey(), OBSERVED);

    assertThat(log)
        .hasSeverity(Severity.INFO)
        .hasBody("request_key(\"user\", \"debug:x\", \"gizzard\", _ses) = 123456789")
        .hasAttributesSatisfyingExactly(
            Hits.andCaller(
                equalTo(KeyringAttributes.KEY_SERIAL, SERIAL),
                equalTo(KeyringAttributes.KEY_TYPE, "user"),
                equalTo(KeyringAttributes.KEY_DESCRIPTION, "debug:x"),
                equalTo(KeyringAttributes.REQUEST_CALLOUT_INFO, "gizzard"),
                equalTo(KeyringAttributes.REQUEST_DESTINATION_SERIAL, -3),
                equalTo(KeyringAttributes.REQUEST_DESTINATION_NAME, "_ses"),
                equalTo(KeyringAttributes.REQUEST_ORIGIN, "user"),
                equalTo(KeyringAttributes.ARGS_SOURCE, "kernel"),
                equalTo(KeyringAttributes.ARGS_TAMPERING, "unknown"),
                equalTo(KeyringAttributes.ARGS_TAMPERING_REASON, "not_watched"),
                equalTo(KeyringAttributes.RESULT, SERIAL),
                equalTo(KeyringAttributes.DURATION, 1_850)));
    assertThat(log.getEventName()).isEqualTo("keyring.request_key");
    assertThat(Hits.span(requestKey()))
        .hasName("request_key user")
        .hasStatus(StatusData.unset())
        .hasTotalRecordedLinks(0);
  }

  @Test
  void aCallThatFailed() {
    RequestKeyHit hit =
        requestKey(
            header(-ENOKEY), KernelText.of("user"), KernelText.of("debug:x"), KernelText.NULL, 0);

    LogRecordData log = telemetry.log(hit, OBSERVED);
    SpanData span = Hits.span(hit);

    assertThat(log)
        .hasSeverity(Severity.WARN)
        .hasBody("request_key(\"user\", \"debug:x\", NULL, 0) = -1 ENOKEY");
    assertThat(span).hasStatus(StatusData.create(StatusData.error().getStatusCode(), "ENOKEY"));
    assertThat(log.getAttributes())
        .containsEntry(KeyringAttributes.ERROR_TYPE, "ENOKEY")
        .containsEntry(KeyringAttributes.RESULT, -126L)
        .doesNotContainKey(KeyringAttributes.KEY_SERIAL);
  }

  @Test
  void noDestinationIsLeftOut() {
    Attributes attributes = log(requestKeyDescribed(KernelText.of("d")));

    assertThat(attributes)
        .doesNotContainKey(KeyringAttributes.REQUEST_DESTINATION_SERIAL)
        .doesNotContainKey(KeyringAttributes.REQUEST_DESTINATION_NAME);
  }

  @Test
  void anOrdinaryDestinationHasNoName() {
    RequestKeyHit hit =
        requestKey(header(1), KernelText.of("user"), KernelText.of("d"), KernelText.NULL, 555);

    assertThat(log(hit))
        .containsEntry(KeyringAttributes.REQUEST_DESTINATION_SERIAL, 555L)
        .doesNotContainKey(KeyringAttributes.REQUEST_DESTINATION_NAME);
    assertThat(body(hit)).isEqualTo("request_key(\"user\", \"d\", NULL, 555) = 1");
  }

  @ParameterizedTest
  @CsvSource({
    "-1,_tid",
    "-2,_pid",
    "-3,_ses",
    "-4,_uid",
    "-5,_uid_ses",
    "-6,_gid",
    "-7,_reqkey_auth",
    "-8,_requestor"
  })
  void specialKeyringsAreNamed(int serial, String name) {
    RequestKeyHit hit =
        requestKey(header(1), KernelText.of("user"), KernelText.of("d"), KernelText.NULL, serial);

    assertThat(log(hit))
        .containsEntry(KeyringAttributes.REQUEST_DESTINATION_SERIAL, serial)
        .containsEntry(KeyringAttributes.REQUEST_DESTINATION_NAME, name);
  }

  @Test
  void aSpecialSerialNobodyKnowsHasNoName() {
    RequestKeyHit hit =
        requestKey(header(-22), KernelText.of("user"), KernelText.of("d"), KernelText.NULL, -99);

    assertThat(log(hit))
        .containsEntry(KeyringAttributes.REQUEST_DESTINATION_SERIAL, -99L)
        .doesNotContainKey(KeyringAttributes.REQUEST_DESTINATION_NAME);
  }

  @Test
  void anEmptyStringIsThereAndSaidToBeEmpty() {
    Attributes attributes = log(requestKeyDescribed(KernelText.of("")));

    assertThat(attributes)
        .containsEntry(KeyringAttributes.KEY_DESCRIPTION, "")
        .containsEntry(KeyringAttributes.KEY_DESCRIPTION_STATE, "empty")
        .doesNotContainKey(KeyringAttributes.KEY_DESCRIPTION_TRUNCATED);
  }

  @ParameterizedTest
  @EnumSource(
      value = KernelText.State.class,
      names = {"NULL", "UNREADABLE", "ABSENT"})
  void aStringThatIsNotThereSaysWhy(KernelText.State state) {
    KernelText none = new KernelText(state, "", false);
    String why = state.name().toLowerCase(Locale.ROOT);

    Attributes attributes = log(requestKey(header(-14), none, none, none, 0));

    assertThat(attributes)
        .containsEntry(KeyringAttributes.KEY_TYPE_STATE, why)
        .containsEntry(KeyringAttributes.KEY_DESCRIPTION_STATE, why)
        .containsEntry(KeyringAttributes.REQUEST_CALLOUT_INFO_STATE, why)
        .doesNotContainKey(KeyringAttributes.KEY_TYPE)
        .doesNotContainKey(KeyringAttributes.KEY_DESCRIPTION)
        .doesNotContainKey(KeyringAttributes.REQUEST_CALLOUT_INFO);
  }

  @Test
  void stringsThatAreNotThereInTheBody() {
    RequestKeyHit hit =
        requestKey(header(-14), KernelText.UNREADABLE, KernelText.ABSENT, KernelText.NULL, 0);

    assertThat(body(hit)).isEqualTo("request_key(<unreadable>, ?, NULL, 0) = -1 EFAULT");
  }

  @Test
  void aCutStringIsSaidToBeCut() {
    KernelText cut = new KernelText(KernelText.State.PRESENT, "abc", true);
    RequestKeyHit hit = requestKey(header(1), cut, cut, cut, 0);

    assertThat(log(hit))
        .containsEntry(KeyringAttributes.KEY_TYPE_TRUNCATED, true)
        .containsEntry(KeyringAttributes.KEY_DESCRIPTION_TRUNCATED, true)
        .containsEntry(KeyringAttributes.REQUEST_CALLOUT_INFO_TRUNCATED, true)
        .doesNotContainKey(KeyringAttributes.KEY_DESCRIPTION_STATE);
    assertThat(body(hit)).isEqualTo("request_key(\"abc\"..., \"abc\"..., \"abc\"..., 0) = 1");
  }

  @Test
  void theBodyShowsTheStartOfALongStringAndTheAttributeAllOfIt() {
    String description = "d".repeat(4_095);
    RequestKeyHit hit = requestKeyDescribed(KernelText.of(description));

    assertThat(log(hit)).containsEntry(KeyringAttributes.KEY_DESCRIPTION, description);
    assertThat(body(hit))
        .isEqualTo("request_key(\"user\", \"" + "d".repeat(128) + "\"..., NULL, 0) = 123456789");
  }

  @Test
  void theBodyStaysOneLineWhateverTheStringsHold() {
    RequestKeyHit hit =
        requestKeyDescribed(KernelText.of("a\" = 5\nrequest_key(\"root\u001b[2J\u202e\\"));

    assertThat(body(hit))
        .isEqualTo(
            "request_key(\"user\", \"a\\\" = 5\\nrequest_key(\\\"root\\x1b[2J\\u{202e}\\\\\","
                + " NULL, 0) = 123456789");
  }

  @Test
  void stringsReadFromTheCallersMemoryAreMarked() {
    RequestKeyHit hit =
        requestKey(
            header(-ENOKEY, false, /* kernelCopies= */ false),
            KernelText.of("user"),
            KernelText.of("d"),
            KernelText.NULL,
            0);

    assertThat(log(hit)).containsEntry(KeyringAttributes.ARGS_SOURCE, "user");
  }

  @Test
  void a32BitCallerIsMarked() {
    RequestKeyHit hit =
        requestKey(
            header(1, /* compat= */ true, true),
            KernelText.of("user"),
            KernelText.of("d"),
            KernelText.NULL,
            0);

    assertThat(log(hit)).containsEntry(KeyringAttributes.CALL_COMPAT, true);
    assertThat(log(requestKey())).doesNotContainKey(KeyringAttributes.CALL_COMPAT);
  }

  @ParameterizedTest
  @CsvSource({
    // A type the kernel acted on exists, whoever made it.
    "vendor_type, true, request_key vendor_type",
    // A type read from the caller's memory may be made up ...
    "made_up_4711, false, request_key",
    // ... unless it is known to exist.
    "dns_resolver, false, request_key dns_resolver",
  })
  void onlyTypesThatExistBecomePartOfTheSpanName(String type, boolean kernelCopies, String name) {
    RequestKeyHit hit =
        requestKey(
            header(-ENOKEY, false, kernelCopies),
            KernelText.of(type),
            KernelText.of("d"),
            KernelText.NULL,
            0);

    assertThat(Hits.span(hit)).hasName(name);
  }

  @Test
  void aTypeThatIsNotThereIsNoPartOfTheSpanName() {
    RequestKeyHit hit =
        requestKey(header(-14), KernelText.UNREADABLE, KernelText.ABSENT, KernelText.ABSENT, 0);

    assertThat(Hits.span(hit)).hasName("request_key");
  }

  private Attributes log(RequestKeyHit hit) {
    return telemetry.log(hit, OBSERVED).getAttributes();
  }

  private String body(RequestKeyHit hit) {
    return Objects.requireNonNull(telemetry.log(hit, OBSERVED).getBodyValue()).asString();
  }
}

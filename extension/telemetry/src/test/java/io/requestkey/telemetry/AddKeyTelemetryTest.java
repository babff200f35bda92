/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.equalTo;
import static io.requestkey.telemetry.Hits.OBSERVED;
import static io.requestkey.telemetry.Hits.SERIAL;
import static io.requestkey.telemetry.Hits.header;

import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.requestkey.capture.AddKeyHit;
import io.requestkey.capture.HitHeader;
import io.requestkey.capture.KernelText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an add_key call looks like as telemetry. */
class AddKeyTelemetryTest {

  private final KeyTelemetry telemetry = Hits.telemetry();

  @Test
  void aKeyAdded() {
    LogRecordData log = telemetry.log(Hits.addKey(header(SERIAL)), OBSERVED);

    assertThat(log)
        .hasSeverity(Severity.INFO)
        .hasBody("add_key(\"logon\", \"afs:me\", 32 bytes, _uid) = 123456789")
        .hasAttributesSatisfyingExactly(
            Hits.andCaller(
                equalTo(KeyringAttributes.KEY_SERIAL, SERIAL),
                equalTo(KeyringAttributes.KEY_TYPE, "logon"),
                equalTo(KeyringAttributes.KEY_DESCRIPTION, "afs:me"),
                equalTo(KeyringAttributes.ADD_KEY_DESTINATION_SERIAL, -4),
                equalTo(KeyringAttributes.ADD_KEY_DESTINATION_NAME, "_uid"),
                equalTo(KeyringAttributes.ADD_KEY_PAYLOAD_SIZE, 32),
                equalTo(KeyringAttributes.ARGS_SOURCE, "kernel"),
                equalTo(KeyringAttributes.ARGS_TAMPERING, "unknown"),
                equalTo(KeyringAttributes.ARGS_TAMPERING_REASON, "not_watched"),
                equalTo(KeyringAttributes.RESULT, SERIAL),
                equalTo(KeyringAttributes.DURATION, 1_850)));
    assertThat(log.getEventName()).isEqualTo("keyring.add_key");
  }

  @Test
  void aKeyRefused() {
    assertThat(telemetry.log(Hits.addKey(header(-122)), OBSERVED))
        .hasSeverity(Severity.WARN)
        .hasBody("add_key(\"logon\", \"afs:me\", 32 bytes, _uid) = -1 EDQUOT");
  }

  @Test
  void aTypeThatMakesUpItsDescription() {
    AddKeyHit hit = Hits.addKey(header(7), KernelText.of("asymmetric"), KernelText.NULL, 1_024, 99);

    LogRecordData log = telemetry.log(hit, OBSERVED);

    assertThat(log).hasBody("add_key(\"asymmetric\", NULL, 1024 bytes, 99) = 7");
    assertThat(log.getAttributes())
        .containsEntry(KeyringAttributes.KEY_DESCRIPTION_STATE, "null")
        .containsEntry(KeyringAttributes.ADD_KEY_DESTINATION_SERIAL, 99L)
        .doesNotContainKey(KeyringAttributes.ADD_KEY_DESTINATION_NAME);
  }

  @ParameterizedTest
  @CsvSource({
    "logon, 5, true, add_key logon",
    "logon, -13, false, add_key logon",
    "vendor_type, 5, true, add_key vendor_type",
    // The kernel copied the string before it looked whether there is such a type.
    "made_up_4711, -19, true, add_key",
    "made_up_4711, 5, false, add_key",
  })
  void onlyTypesThatExistBecomePartOfTheSpanName(
      String type, long result, boolean kernelCopies, String name) {
    HitHeader header = header(result, false, kernelCopies);
    AddKeyHit hit = Hits.addKey(header, KernelText.of(type), KernelText.of("d"), 1, -3);

    assertThat(Hits.span(hit)).hasName(name);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static io.requestkey.telemetry.Hits.OBSERVED;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.RequestKeyHit;
import io.requestkey.capture.Tampering;
import io.requestkey.telemetry.Redaction.Level;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What leaves the process of what callers wrote. */
class RedactionTest {

  private static final String SECRET = "s3cret-s3cret";

  @Test
  void everythingIsToldByDefaultExceptCalloutInformationOfKeyMaterial() {
    assertThat(attributes(request("user"), Redaction.DEFAULT))
        .containsEntry(KeyringAttributes.KEY_DESCRIPTION, SECRET)
        .containsEntry(KeyringAttributes.REQUEST_CALLOUT_INFO, SECRET)
        .doesNotContainKey(KeyringAttributes.KEY_DESCRIPTION_REDACTED)
        .doesNotContainKey(KeyringAttributes.REQUEST_CALLOUT_INFO_REDACTED);
  }

  @ParameterizedTest
  @CsvSource({
    "logon, length",
    "encrypted, length",
    "trusted, length",
    "asymmetric, length",
    "psk, length",
    "user, ",
    "dns_resolver, ",
    "cifs.spnego, ",
    "id_resolver, ",
    "keyring, ",
  })
  void calloutInformationByKeyType(String type, @Nullable String how) {
    assertThat(
            attributes(request(type), Redaction.DEFAULT)
                .get(KeyringAttributes.REQUEST_CALLOUT_INFO_REDACTED))
        .isEqualTo(how);
  }

  @Test
  void aTypeNobodyCouldReadMayBeAny() {
    RequestKeyHit hit =
        Hits.requestKey(
            Hits.header(-14), KernelText.UNREADABLE, KernelText.of("d"), KernelText.of(SECRET), 0);

    assertThat(attributes(hit, Redaction.DEFAULT))
        .containsEntry(KeyringAttributes.REQUEST_CALLOUT_INFO_REDACTED, "length");
  }

  @Test
  void swappingTheTypeDoesNotGetRoundIt() {
    RequestKeyHit hit = request("user");
    RequestKeyHit swapped =
        new RequestKeyHit(
            hit.header(),
            hit.type(),
            hit.description(),
            hit.calloutInfo(),
            hit.destination(),
            false,
            hit.outcome(),
            new Tampering(
                Tampering.Verdict.BEFORE_COPY,
                Tampering.Reason.NONE,
                KernelText.of("logon"),
                KernelText.ABSENT,
                KernelText.of(SECRET + "2")),
            null);

    assertThat(attributes(swapped, Redaction.DEFAULT))
        .containsEntry(KeyringAttributes.REQUEST_CALLOUT_INFO_REDACTED, "length")
        .containsEntry(KeyringAttributes.ARGS_USER_CALLOUT_INFO_REDACTED, "length")
        .containsEntry(KeyringAttributes.ARGS_USER_CALLOUT_INFO_LENGTH, 14L);
  }

  @Test
  void aLengthIsInCharacters() {
    Attributes attributes =
        attributes(
            Hits.requestKeyDescribed(KernelText.of("clé 🔑")),
            new Redaction(Level.LENGTH, null, ""));

    assertThat(attributes)
        .containsEntry(KeyringAttributes.KEY_DESCRIPTION_LENGTH, 5L)
        .containsEntry(KeyringAttributes.KEY_DESCRIPTION_REDACTED, "length")
        .doesNotContainKey(KeyringAttributes.KEY_DESCRIPTION);
  }

  @Test
  void aHashIsTheSameForTheSameTextAndSaltOnly() {
    String hash = hash(SECRET, "salt");

    assertThat(hash).matches("[0-9a-f]{16}").isEqualTo(hash(SECRET, "salt"));
    assertThat(hash).isNotEqualTo(hash(SECRET, "pepper")).isNotEqualTo(hash("other", "salt"));
    // printf %s s3cret-s3cret | openssl dgst -sha256 -hmac salt
    assertThat(hash).isEqualTo("7a1ebb392fb831e0");
  }

  @Test
  void whatIsNotThereOrEmptyIsStillToldApart() {
    Redaction off = new Redaction(Level.OFF, Level.OFF, "");

    assertThat(attributes(Hits.requestKeyDescribed(KernelText.NULL), off))
        .containsEntry(KeyringAttributes.KEY_DESCRIPTION_STATE, "null")
        .doesNotContainKey(KeyringAttributes.KEY_DESCRIPTION_REDACTED);
    assertThat(attributes(Hits.requestKeyDescribed(KernelText.of("")), off))
        .containsEntry(KeyringAttributes.KEY_DESCRIPTION_STATE, "empty")
        .containsEntry(KeyringAttributes.KEY_DESCRIPTION, "")
        .doesNotContainKey(KeyringAttributes.KEY_DESCRIPTION_REDACTED);
  }

  @ParameterizedTest
  @EnumSource(names = "FULL", mode = EnumSource.Mode.EXCLUDE)
  void noTextGetsOutAnywhere(Level level) {
    KeyTelemetry telemetry = Hits.telemetry(new Redaction(level, level, "salt"));
    for (KeyHit hit : hitsWithSecrets().toList()) {
      KeySignals signals = telemetry.signals(hit, OBSERVED);
      StringBuilder lines = new StringBuilder();
      List<LogRecordData> logs = List.of(signals.log());
      new TableLines(0, false, ZoneOffset.UTC).logs(lines, logs);
      new JsonLines().logs(lines, logs);
      if (signals.span() != null) {
        new JsonLines().spans(lines, List.of(signals.span()));
      }

      assertThat(lines.toString() + signals).doesNotContain("s3cret");
    }
  }

  @Test
  void theBodySaysWhatIsMissing() {
    KeyHit hit = request("user");

    assertThat(Hits.body(hit, new Redaction(Level.LENGTH, Level.OFF, "")))
        .isEqualTo("request_key(\"user\", <13 characters>, <redacted>, 0) = 5");
    assertThat(Hits.body(hit, new Redaction(Level.HASH, Level.FULL, "salt")))
        .startsWith("request_key(\"user\", <hash " + hash(SECRET, "salt") + ">, \"s3cret");
  }

  @Test
  void hashingNeedsASalt() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Redaction(Level.HASH, null, ""))
        .withMessage("hashing needs a salt");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Redaction(Level.FULL, Level.HASH, ""));
  }

  private static Stream<KeyHit> hitsWithSecrets() {
    KernelText secret = KernelText.of(SECRET);
    RequestKeyHit request = request("user");
    return Stream.of(
        request,
        new RequestKeyHit(
            request.header(),
            request.type(),
            secret,
            secret,
            request.destination(),
            false,
            request.outcome(),
            new Tampering(
                Tampering.Verdict.AFTER_COPY,
                Tampering.Reason.NONE,
                KernelText.ABSENT,
                secret,
                secret),
            null),
        Hits.addKey(Hits.header(5), KernelText.of("user"), secret, 1, -3),
        Hits.search(secret),
        Hits.upcallOf(secret),
        Hits.keyFreedOf(secret));
  }

  private static RequestKeyHit request(String type) {
    return Hits.requestKey(
        Hits.header(5), KernelText.of(type), KernelText.of(SECRET), KernelText.of(SECRET), 0);
  }

  private static Attributes attributes(KeyHit hit, Redaction redaction) {
    return Hits.telemetry(redaction).log(hit, OBSERVED).getAttributes();
  }

  private static String hash(String description, String salt) {
    return Objects.requireNonNull(
        attributes(
                Hits.requestKeyDescribed(KernelText.of(description)),
                new Redaction(Level.HASH, null, salt))
            .get(KeyringAttributes.KEY_DESCRIPTION));
  }
}

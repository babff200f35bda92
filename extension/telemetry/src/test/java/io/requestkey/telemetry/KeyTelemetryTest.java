/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static io.requestkey.telemetry.Hits.CALLER;
import static io.requestkey.telemetry.Hits.OBSERVED;
import static io.requestkey.telemetry.Hits.ORIGIN;
import static io.requestkey.telemetry.Hits.SPAN_ID;
import static io.requestkey.telemetry.Hits.START;
import static io.requestkey.telemetry.Hits.START_EPOCH;
import static io.requestkey.telemetry.Hits.TRACE_ID;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.capture.Caller;
import io.requestkey.capture.Credentials;
import io.requestkey.capture.HitHeader;
import io.requestkey.capture.HitKind;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.ProcessIds;
import io.requestkey.capture.RequestKeyHit;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every kind of hit. */
class KeyTelemetryTest {

  private final KeyTelemetry telemetry = Hits.telemetry();

  static Stream<KeyHit> everyKindOfHit() {
    return Stream.of(
        Hits.requestKey(),
        Hits.requestKeyDescribed(KernelText.UNREADABLE),
        Hits.addKey(Hits.header(7)),
        Hits.addKey(Hits.header(-1)),
        Hits.read(Hits.ORIGIN),
        Hits.clearSession(456),
        Hits.unknownOperation(),
        Hits.upcall(0));
  }

  @ParameterizedTest
  @MethodSource("everyKindOfHit")
  void theKernelsIdsAndTimesAreKept(KeyHit hit) {
    KeySignals signals = telemetry.signals(hit, OBSERVED);

    assertThat(signals.log().getTimestampEpochNanos()).isEqualTo(START_EPOCH);
    assertThat(signals.log().getObservedTimestampEpochNanos())
        .isEqualTo(OBSERVED.observedEpochNanos());
    assertThat(signals.log().getSpanContext().getTraceId()).isEqualTo(TRACE_ID);
    assertThat(signals.log().getSpanContext().getSpanId()).isEqualTo(SPAN_ID);
    assertThat(signals.log().getSpanContext().isSampled()).isTrue();
    SpanData span = Objects.requireNonNull(signals.span());
    assertThat(span)
        .hasTraceId(TRACE_ID)
        .hasSpanId(SPAN_ID)
        .hasKind(SpanKind.INTERNAL)
        .hasNoParent()
        .isSampled()
        .hasEnded()
        .startsAt(START_EPOCH)
        .endsAt(START_EPOCH + 1_850)
        .hasTotalRecordedEvents(0)
        .hasTotalAttributeCount(span.getAttributes().size());
  }

  @ParameterizedTest
  @MethodSource("everyKindOfHit")
  void logRecordAndSpanHaveTheSameAttributesButTheRecordsOwnId(KeyHit hit) {
    KeySignals signals = telemetry.signals(hit, OBSERVED);
    Map<AttributeKey<?>, Object> expected = new HashMap<>(signals.log().getAttributes().asMap());

    assertThat(expected.remove(KeyringAttributes.LOG_RECORD_UID))
        .isEqualTo(Hits.BOOT_ID + "-000000000000002a");

    assertThat(Objects.requireNonNull(signals.span()).getAttributes().asMap()).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("everyKindOfHit")
  void oneSignalAloneIsTheSameAsBoth(KeyHit hit) {
    KeySignals signals = telemetry.signals(hit, OBSERVED);

    assertThat((Object) telemetry.log(hit, OBSERVED)).isEqualTo(signals.log());
    assertThat((Object) Hits.span(hit)).isEqualTo(signals.span());
  }

  @ParameterizedTest
  @MethodSource("everyKindOfHit")
  void aHitReplayedByAnotherProcessGivesEqualTelemetry(KeyHit hit) {
    KeySignals first = telemetry.signals(hit, OBSERVED);

    assertThat(Hits.telemetry().signals(hit, OBSERVED)).isEqualTo(first);
  }

  @Test
  void hitsOfTwoBootsAreToldApartByOneInstance() {
    Observation other = new Observation("another-boot", 7_000_000_000L, 1_000_000_000L);

    LogRecordData log = telemetry.log(Hits.requestKey(), other);

    assertThat(log.getTimestampEpochNanos()).isEqualTo(START + 1_000_000_000L);
    assertThat(log.getObservedTimestampEpochNanos()).isEqualTo(7_000_000_000L);
    assertThat(log.getAttributes())
        .containsEntry(KeyringAttributes.LOG_RECORD_UID, "another-boot-000000000000002a");
    assertThat(telemetry.log(Hits.requestKey(), OBSERVED).getAttributes())
        .containsEntry(KeyringAttributes.LOG_RECORD_UID, Hits.BOOT_ID + "-000000000000002a");
  }

  @Test
  void theEndOfAKeyIsNoSpanAndItsLogRecordBelongsToTheCallThatReturnedTheKey() {
    KeySignals signals = telemetry.signals(Hits.keyFreed(ORIGIN), OBSERVED);

    assertThat(signals.span()).isNull();
    assertThat(telemetry.span(Hits.keyFreed(ORIGIN), OBSERVED)).isNull();
    assertThat(signals.log().getSpanContext().getTraceId()).isEqualTo(ORIGIN.traceId());
    assertThat(signals.log().getSpanContext().getSpanId()).isEqualTo(ORIGIN.spanId());
    assertThat(telemetry.log(Hits.keyFreed(null), OBSERVED).getSpanContext().getSpanId())
        .isEqualTo(SPAN_ID);
    assertThat(KeyTelemetry.kindsWithSpans())
        .containsExactly(HitKind.REQUEST_KEY, HitKind.ADD_KEY, HitKind.KEYCTL, HitKind.UPCALL);
  }

  @Test
  void aHitInsideAnotherIsItsChild() {
    SpanData span = Hits.span(Hits.upcall(0));

    assertThat(Hits.span(Hits.within(Hits.PARENT, Hits.requestKey())))
        .hasTraceId(TRACE_ID)
        .hasParentSpanId(Hits.PARENT);
    assertThat(span).hasNoParent();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void aChildOfTheApplicationsSpanIsSampledAsThatIs(int flags) {
    RequestKeyHit hit = Hits.calledBy(Hits.application(flags, /* parent= */ true));

    SpanData span = Hits.span(hit);

    assertThat(span).hasParentSpanId(Hits.PARENT).hasTotalRecordedLinks(0);
    assertThat(span.getSpanContext().getTraceFlags().asByte()).isEqualTo((byte) flags);
    assertThat(span.getParentSpanContext().getTraceFlags().asByte()).isEqualTo((byte) flags);
    assertThat(telemetry.log(hit, OBSERVED).getSpanContext()).isEqualTo(span.getSpanContext());
    assertThat(Hits.attributes(hit))
        .containsEntry(KeyringAttributes.CORRELATION_SOURCE, "sdk_tls")
        .doesNotContainKey(KeyringAttributes.APPLICATION_SPAN_ID);
  }

  @Test
  void anApplicationThatIsNotTrustedIsLinked() {
    RequestKeyHit hit = Hits.calledBy(Hits.application(0, /* parent= */ false));

    SpanData span = Hits.span(hit);

    assertThat(span).hasNoParent().isSampled().hasTotalRecordedLinks(1);
    LinkData link = span.getLinks().getFirst();
    assertThat(link.getSpanContext().getTraceId()).isEqualTo(ORIGIN.traceId());
    assertThat(link.getSpanContext().getSpanId()).isEqualTo(Hits.PARENT);
    assertThat(link.getSpanContext().isSampled()).isFalse();
    assertThat(link.getAttributes())
        .hasSize(1)
        .containsEntry(KeyringAttributes.LINK_RELATION, "application");
    assertThat(Hits.attributes(hit))
        .containsEntry(KeyringAttributes.APPLICATION_TRACE_ID, ORIGIN.traceId())
        .containsEntry(KeyringAttributes.APPLICATION_SPAN_ID, Hits.PARENT);
  }

  @Test
  void resourceAndScopeAreThoseOfTheAgent() {
    Resource resource = Resource.create(Attributes.of(AttributeKey.stringKey("host.name"), "h"));
    KeyTelemetry here = KeyTelemetry.create(resource, "1.2.3", Redaction.DEFAULT);
    InstrumentationScopeInfo scope =
        InstrumentationScopeInfo.builder("io.requestkey").setVersion("1.2.3").build();

    LogRecordData log = here.log(Hits.requestKey(), OBSERVED);
    SpanData span = Objects.requireNonNull(here.span(Hits.requestKey(), OBSERVED));

    assertThat(log).hasResource(resource).hasInstrumentationScope(scope);
    assertThat(span).hasResource(resource).hasInstrumentationScopeInfo(scope);
    assertThat(log.getSeverityText()).isNull();
  }

  @Test
  @SuppressWarnings("deprecation") // still part of what an exporter may ask for
  void exportersOfOldAreServedToo() {
    assertThat(telemetry.log(Hits.requestKey(), OBSERVED).getBody().asString())
        .startsWith("request_key(");
    assertThat(Hits.span(Hits.requestKey()).getInstrumentationLibraryInfo().getName())
        .isEqualTo("io.requestkey");
  }

  @Test
  void idsAboveTheSignBitAreNotNegative() {
    Caller nobody = Hits.caller(new ProcessIds(1, 1, 0), new Credentials(-1, -2, -3, -4), "x");
    HitHeader header = Hits.header(-1, START, START, 0, false, true, nobody);
    RequestKeyHit hit =
        Hits.requestKey(header, KernelText.NULL, KernelText.NULL, KernelText.NULL, 0);

    assertThat(telemetry.log(hit, OBSERVED).getAttributes())
        .containsEntry(KeyringAttributes.PROCESS_REAL_USER_ID, 4_294_967_295L)
        .containsEntry(KeyringAttributes.CALLER_REAL_GID, 4_294_967_294L)
        .containsEntry(KeyringAttributes.PROCESS_USER_ID, 4_294_967_293L)
        .containsEntry(KeyringAttributes.CALLER_GID, 4_294_967_292L)
        .containsEntry(KeyringAttributes.LOG_RECORD_UID, Hits.BOOT_ID + "-ffffffffffffffff");
  }

  @Test
  void anErrorNumberWithoutANameIsToldByNumber() {
    HitHeader header = Hits.header(1, 0, 1, -3999, false, true, CALLER);

    assertThat(telemetry.log(Hits.addKey(header), OBSERVED).getAttributes())
        .containsEntry(KeyringAttributes.ERROR_TYPE, "errno 3999");
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static io.requestkey.telemetry.Hits.CALLER;
import static io.requestkey.telemetry.Hits.OBSERVED;
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
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.capture.Caller;
import io.requestkey.capture.Credentials;
import io.requestkey.capture.HitHeader;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.ProcessIds;
import io.requestkey.capture.RequestKeyHit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
        Hits.unknownOperation());
  }

  @ParameterizedTest
  @MethodSource("everyKindOfHit")
  void theKernelsIdsAndTimesAreKept(KeyHit hit) {
    KeySignals signals = telemetry.signals(hit, OBSERVED);

    assertThat(signals.log().getTimestampEpochNanos()).isEqualTo(START_EPOCH);
    assertThat(signals.log().getObservedTimestampEpochNanos()).isEqualTo(OBSERVED);
    assertThat(signals.log().getSpanContext().getTraceId()).isEqualTo(TRACE_ID);
    assertThat(signals.log().getSpanContext().getSpanId()).isEqualTo(SPAN_ID);
    assertThat(signals.log().getSpanContext().isSampled()).isTrue();
    assertThat(signals.span())
        .hasTraceId(TRACE_ID)
        .hasSpanId(SPAN_ID)
        .hasKind(SpanKind.INTERNAL)
        .hasNoParent()
        .isSampled()
        .hasEnded()
        .startsAt(START_EPOCH)
        .endsAt(START_EPOCH + 1_850)
        .hasTotalRecordedEvents(0)
        .hasTotalAttributeCount(signals.span().getAttributes().size());
  }

  @ParameterizedTest
  @MethodSource("everyKindOfHit")
  void logRecordAndSpanHaveTheSameAttributesButTheRecordsOwnId(KeyHit hit) {
    KeySignals signals = telemetry.signals(hit, OBSERVED);
    Map<AttributeKey<?>, Object> expected = new HashMap<>(signals.log().getAttributes().asMap());

    assertThat(expected.remove(KeyringAttributes.LOG_RECORD_UID))
        .isEqualTo(Hits.BOOT_ID + "-000000000000002a");

    assertThat(signals.span().getAttributes().asMap()).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("everyKindOfHit")
  void oneSignalAloneIsTheSameAsBoth(KeyHit hit) {
    KeySignals signals = telemetry.signals(hit, OBSERVED);

    assertThat((Object) telemetry.log(hit, OBSERVED)).isEqualTo(signals.log());
    assertThat((Object) telemetry.span(hit)).isEqualTo(signals.span());
  }

  @ParameterizedTest
  @MethodSource("everyKindOfHit")
  void aHitReplayedByAnotherProcessGivesEqualTelemetry(KeyHit hit) {
    KeySignals first = telemetry.signals(hit, OBSERVED);

    assertThat(Hits.telemetry().signals(hit, OBSERVED)).isEqualTo(first);
  }

  @Test
  void aStepOfTheWallClockDoesNotChangeWhatIsPast() {
    FakeClocks clocks = new FakeClocks(START + 10_000);
    AnchoredBootClock clock = new AnchoredBootClock(clocks);
    KeySignals first = Hits.telemetry(clock).signals(Hits.requestKey(), OBSERVED);

    clocks.pass(60_000_000_000L);
    clocks.stepWall(3_600_000_000_000L);
    assertThat(clock.reanchor()).isTrue();

    assertThat(Hits.telemetry(clock).signals(Hits.requestKey(), OBSERVED)).isEqualTo(first);
  }

  @Test
  void aSpanIsAsLongAsTheCallEvenWhenTheWallClockWasSteppedBackMeanwhile() {
    ClockAnchors steppedBack =
        new ClockAnchors(
            List.of(new ClockAnchor(0, 1_000_000_000_000L), new ClockAnchor(START + 1, 0L)));

    SpanData span = Hits.telemetry(steppedBack).span(Hits.requestKey());

    assertThat(span.getEndEpochNanos() - span.getStartEpochNanos()).isEqualTo(1_850);
  }

  @Test
  void resourceAndScopeAreThoseOfTheAgent() {
    Resource resource = Resource.create(Attributes.of(AttributeKey.stringKey("host.name"), "h"));
    KeyTelemetry here = KeyTelemetry.create(resource, "1.2.3", Hits.BOOT_ID, new ClockAnchor(0, 0));
    InstrumentationScopeInfo scope =
        InstrumentationScopeInfo.builder("io.requestkey").setVersion("1.2.3").build();

    LogRecordData log = here.log(Hits.requestKey(), OBSERVED);
    SpanData span = here.span(Hits.requestKey());

    assertThat(log).hasResource(resource).hasInstrumentationScope(scope);
    assertThat(span).hasResource(resource).hasInstrumentationScopeInfo(scope);
    assertThat(log.getSeverityText()).isNull();
  }

  @Test
  @SuppressWarnings("deprecation") // still part of what an exporter may ask for
  void exportersOfOldAreServedToo() {
    assertThat(telemetry.log(Hits.requestKey(), OBSERVED).getBody().asString())
        .startsWith("request_key(");
    assertThat(telemetry.span(Hits.requestKey()).getInstrumentationLibraryInfo().getName())
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

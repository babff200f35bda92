/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.equalTo;
import static io.requestkey.telemetry.Hits.header;

import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.Tampering;
import java.util.Collection;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** What is counted, and by what. */
class KeyMetricsTest {

  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final KeyMetrics metrics =
      new KeyMetrics(
          SdkMeterProvider.builder().registerMetricReader(reader).build().get("io.requestkey"));

  @Test
  void requestsByTypeOriginOutcomeAndError() {
    record(Hits.tampered(Tampering.Verdict.NONE));
    record(
        Hits.requestKey(
            header(-126), KernelText.of("user"), KernelText.of("d"), KernelText.NULL, 0));

    assertThat(metric("keyring.requests"))
        .hasUnit("{request}")
        .hasLongSumSatisfying(sum ->
            sum.isMonotonic()
                .hasPointsSatisfying(
                    point ->
                        point
                            .hasValue(1)
                            .hasAttributesSatisfyingExactly(
                                equalTo(KeyringAttributes.KEY_TYPE, "user"),
                                equalTo(KeyringAttributes.REQUEST_ORIGIN, "kernel"),
                                equalTo(KeyringAttributes.REQUEST_OUTCOME, "constructed")),
                    point ->
                        point
                            .hasValue(1)
                            .hasAttributesSatisfyingExactly(
                                equalTo(KeyringAttributes.KEY_TYPE, "user"),
                                equalTo(KeyringAttributes.REQUEST_ORIGIN, "user"),
                                equalTo(KeyringAttributes.ERROR_TYPE, "ENOKEY"))));
    assertThat(metric("keyring.request.duration"))
        .hasUnit("s")
        .hasHistogramSatisfying(histogram ->
            histogram.hasPointsSatisfying(
                point -> point.hasCount(1).hasSum(1.85e-6),
                point -> point.hasCount(1).hasSum(1.85e-6)));
  }

  @Test
  void whatACallerCanMakeUpIsNoDimension() {
    for (int i = 0; i < 50; i++) {
      record(
          Hits.addKey(
              header(-4_000 - i), KernelText.of("made_up_" + i), KernelText.of("d"), 1, -3));
      record(Hits.keyctl(1_000 + i, header(-95), 0, 0, 0, 0, 0, 0, null));
    }

    assertThat(metric("keyring.add_keys"))
        .hasLongSumSatisfying(sum ->
            sum.hasPointsSatisfying(point ->
                point
                    .hasValue(50)
                    .hasAttributesSatisfyingExactly(
                        equalTo(KeyringAttributes.KEY_TYPE, "_OTHER"),
                        equalTo(KeyringAttributes.ERROR_TYPE, "_OTHER"))));
    assertThat(metric("keyring.keyctl.operations"))
        .hasLongSumSatisfying(sum ->
            sum.hasPointsSatisfying(point ->
                point
                    .hasValue(50)
                    .hasAttributesSatisfyingExactly(
                        equalTo(KeyringAttributes.KEYCTL_OPERATION, "_OTHER"),
                        equalTo(KeyringAttributes.ERROR_TYPE, "EOPNOTSUPP"))));
  }

  @Test
  void helpersByHowTheyEnded() {
    record(Hits.upcall(256));
    record(Hits.upcall(9));

    assertThat(metric("keyring.upcall.duration"))
        .hasHistogramSatisfying(histogram ->
            histogram.hasPointsSatisfying(
                point ->
                    point.hasAttributesSatisfyingExactly(
                        equalTo(KeyringAttributes.KEY_TYPE, "user"),
                        equalTo(KeyringAttributes.ERROR_TYPE, "exit_status")),
                point ->
                    point.hasAttributesSatisfyingExactly(
                        equalTo(KeyringAttributes.KEY_TYPE, "user"),
                        equalTo(KeyringAttributes.ERROR_TYPE, "signal"))));
  }

  @Test
  void aKeyIsLiveFromWhenItIsFirstReturnedUntilItIsGone() {
    record(Hits.requestKey());
    record(Hits.requestKey());
    record(Hits.addKey(header(7)));
    record(Hits.addKey(header(-1)));
    assertThat(live()).isEqualTo(2);

    record(Hits.keyFreed(null));
    record(Hits.keyFreed(null));
    assertThat(live()).isEqualTo(1);

    record(Hits.requestKey());
    assertThat(live()).isEqualTo(2);
  }

  @Test
  void noMoreKeysAreRememberedThanTheKernelSideRemembers() {
    for (int serial = 1; serial <= KeyMetrics.REMEMBERED + 10; serial++) {
      record(Hits.addKey(header(serial)));
    }

    assertThat(live()).isEqualTo(KeyMetrics.REMEMBERED);
  }

  private void record(KeyHit hit) {
    metrics.record(hit);
  }

  private long live() {
    return metric("keyring.keys.live").getLongSumData().getPoints().stream()
        .mapToLong(point -> point.getValue())
        .sum();
  }

  private MetricData metric(String name) {
    Collection<MetricData> all = reader.collectAllMetrics();
    return all.stream()
        .filter(metric -> metric.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException(name + " in " + all));
  }
}

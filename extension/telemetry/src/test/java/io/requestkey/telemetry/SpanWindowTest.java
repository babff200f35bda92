/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static io.requestkey.telemetry.Hits.BOOT_EPOCH;
import static io.requestkey.telemetry.Hits.BOOT_ID;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.capture.Correlation;
import io.requestkey.capture.HitHeader;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.KeyctlOperation;
import io.requestkey.capture.Origin;
import io.requestkey.telemetry.SpanWindow.Released;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Requests that link to what was done with their key. */
class SpanWindowTest {

  private static final long WINDOW = 2_000;

  private final SpanWindow<Integer> window = new SpanWindow<>(WINDOW, 1_000);
  private final List<Released<Integer>> released = new ArrayList<>();

  @Test
  void aRequestLinksToWhatIsDoneWithItsKeyInTheWindow() {
    accept(window, 1, request(1), 0);
    accept(window, 2, followUp(2, 1), 500);
    accept(window, 3, followUp(3, 1), 1_999);

    assertThat(tokens()).containsExactly(2, 3);
    window.tick(at(WINDOW), released::add);

    assertThat(tokens()).containsExactly(2, 3, 1);
    SpanData request = released.getLast().span();
    assertThat(request).hasTotalRecordedLinks(2);
    assertThat(linkedSpans(request)).containsExactly(id(2), id(3));
    assertThat(request.getLinks())
        .allSatisfy(link ->
            assertThat(link.getAttributes())
                .hasSize(1)
                .containsEntry(KeyringAttributes.LINK_RELATION, "follow_up"));
    assertThat(linkedSpans(released.getFirst().span())).containsExactly(id(1));
  }

  @Test
  void aFollowUpAfterTheWindowFindsItGone() {
    accept(window, 1, request(1), 0);
    accept(window, 2, followUp(2, 1), WINDOW);

    assertThat(tokens()).containsExactly(1, 2);
    assertThat(released.getFirst().span()).hasTotalRecordedLinks(0);
  }

  @Test
  void anAddedKeyIsAnOriginToo() {
    accept(window, 1, Hits.addKey(header(1, 5)), 0);
    accept(window, 2, followUp(2, 1), 1);
    window.flush(released::add);

    assertThat(linkedSpans(released.getLast().span())).containsExactly(id(2));
  }

  @Test
  void aLinkTheSpanHasAlreadyIsKept() {
    KeyHit linked = Hits.calledBy(Hits.application(1, /* parent= */ false));
    accept(window, 1, linked, 0);
    accept(window, 2, followUp(2, new Origin(Hits.TRACE_ID, Hits.SPAN_ID)), 1);
    window.flush(released::add);

    assertThat(linkedSpans(released.getLast().span())).containsExactly(Hits.PARENT, id(2));
  }

  @Test
  void onlyCallsThatReturnedAKeyAreHeld() {
    accept(
        window,
        1,
        Hits.requestKey(
            header(1, -126), KernelText.of("user"), KernelText.of("d"), KernelText.NULL, 0),
        0);
    accept(window, 2, Hits.upcall(0), 0);
    accept(window, 3, followUp(3, 99), 0);

    assertThat(tokens()).containsExactly(1, 2, 3);
    assertThat(window.held()).isZero();
  }

  @Test
  void spansComeOutInTheOrderTheyWentIn() {
    accept(window, 1, request(1), 0);
    accept(window, 2, request(2), 10);
    accept(window, 3, request(3), 20);
    accept(window, 4, followUp(4, 3), WINDOW + 10);

    assertThat(tokens()).containsExactly(1, 2, 4);
    window.flush(released::add);
    assertThat(tokens()).containsExactly(1, 2, 4, 3);
  }

  @Test
  void aWindowOfNothingHoldsNothing() {
    SpanWindow<Integer> off = new SpanWindow<>(0, 1);

    accept(off, 1, request(1), 0);
    accept(off, 2, followUp(2, 1), 0);

    assertThat(tokens()).containsExactly(1, 2);
    assertThat(released.getFirst().span()).hasTotalRecordedLinks(0);
  }

  @Test
  void whatIsMoreThanASpanMayHaveIsCounted() {
    accept(window, 1, request(1), 0);
    for (int i = 2; i < 202; i++) {
      accept(window, i, followUp(i, 1), 1);
    }
    window.flush(released::add);

    SpanData request = released.getLast().span();
    assertThat(request.getLinks()).hasSize(128);
    assertThat(request).hasTotalRecordedLinks(200);
  }

  @Test
  void theOldestHasToGoWhenThereIsNoRoom() {
    SpanWindow<Integer> small = new SpanWindow<>(WINDOW, 2);

    accept(small, 1, request(1), 0);
    accept(small, 2, request(2), 0);
    accept(small, 3, request(3), 0);

    assertThat(tokens()).containsExactly(1);
    assertThat(small.held()).isEqualTo(2);
    assertThat(small.releasedEarly()).isOne();
  }

  @Test
  void whatIsReleasedBeforeItsTimeIsCounted() {
    accept(window, 1, request(1), 0);
    accept(window, 2, request(2), WINDOW);
    assertThat(window.releasedEarly()).isZero();

    window.flush(released::add);
    assertThat(window.releasedEarly()).isOne();

    accept(window, 3, request(3), WINDOW);
    window.tick(new Observation("another-boot", BOOT_EPOCH, BOOT_EPOCH), released::add);
    assertThat(tokens()).containsExactly(1, 2, 3);
    assertThat(window.releasedEarly()).isOne();
  }

  @Test
  void aMomentTakenAsTheWallClockWasSteppedForwardHoldsNothingForAsLong() {
    accept(window, 1, request(1), 3_600_000_000_000L);
    accept(window, 2, request(2), 10);
    assertThat(tokens()).containsExactly(1);

    window.tick(at(WINDOW + 10), released::add);
    assertThat(tokens()).containsExactly(1, 2);
  }

  @Test
  void aStepOfTheWallClockHoldsNothingForLonger() {
    accept(window, 1, request(1), 0);
    long hourBack = BOOT_EPOCH - 3_600_000_000_000L;

    window.tick(new Observation(BOOT_ID, hourBack + WINDOW, hourBack), released::add);

    assertThat(tokens()).containsExactly(1);
  }

  @Test
  void anotherBootHasNothingToDoWithIt() {
    accept(window, 1, request(1), 0);
    window.accept(
        2,
        followUp(2, 1),
        new Observation("another-boot", BOOT_EPOCH, BOOT_EPOCH),
        Hits.span(followUp(2, 1)),
        released::add);

    assertThat(tokens()).containsExactly(1, 2);
    assertThat(released.getFirst().span()).hasTotalRecordedLinks(0);
  }

  @Test
  void theSameHitsGiveTheSameSpansWhereverTheTicksFall() {
    for (int seed = 0; seed < 50; seed++) {
      List<Integer> ticked = linksOf(new Random(seed), new Random(seed + 1_000));
      List<Integer> replayed = linksOf(new Random(seed), null);

      assertThat(ticked).as("seed %d", seed).isEqualTo(replayed);
    }
  }

  /**
   * Runs a made-up story.
   *
   * @param ticks where to tick, at times up to the next hit's; null for never
   * @return for each token, a number that tells its links
   */
  private static List<Integer> linksOf(Random hits, @Nullable Random ticks) {
    SpanWindow<Integer> window = new SpanWindow<>(WINDOW, 1_000);
    List<Released<Integer>> out = new ArrayList<>();
    long time = 0;
    for (int i = 1; i < 300; i++) {
      long next = time + hits.nextInt(300);
      for (int n = hits.nextInt(3); ticks != null && n > 0; n--) {
        window.tick(at(time + (long) (ticks.nextDouble() * (next - time))), out::add);
      }
      time = next;
      boolean request = i == 1 || hits.nextInt(3) == 0;
      KeyHit hit = request ? request(i) : followUp(i, 1 + hits.nextInt(i));
      accept(window, i, hit, time, out);
    }
    window.flush(out::add);
    out.sort(Comparator.comparing(Released::token));
    return out.stream().map(one -> linkedSpans(one.span()).hashCode()).toList();
  }

  @Test
  void aWindowHasToMakeSense() {
    assertThatIllegalArgumentException().isThrownBy(() -> new SpanWindow<>(-1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new SpanWindow<>(1, 0));
  }

  private void accept(SpanWindow<Integer> to, int token, KeyHit hit, long bootNanos) {
    accept(to, token, hit, bootNanos, released);
  }

  private static void accept(
      SpanWindow<Integer> to, int token, KeyHit hit, long bootNanos, List<Released<Integer>> out) {
    to.accept(token, hit, at(bootNanos), Hits.span(hit), out::add);
  }

  private List<Integer> tokens() {
    return released.stream().map(Released::token).toList();
  }

  private static List<String> linkedSpans(SpanData span) {
    return span.getLinks().stream()
        .map(LinkData::getSpanContext)
        .map(context -> context.getSpanId())
        .toList();
  }

  private static Observation at(long bootNanos) {
    return new Observation(BOOT_ID, BOOT_EPOCH + bootNanos, BOOT_EPOCH);
  }

  private static KeyHit request(int number) {
    return Hits.with(Hits.requestKey(), header(number, 5));
  }

  private static KeyHit followUp(int number, int origin) {
    return followUp(number, new Origin(Hits.TRACE_ID, id(origin)));
  }

  private static KeyHit followUp(int number, Origin origin) {
    return Hits.keyctl(KeyctlOperation.READ, header(number, 0), 5, 0, 0, 0, 5, 5, origin);
  }

  private static HitHeader header(int number, long result) {
    return new HitHeader(
        number,
        Hits.TRACE_ID,
        id(number),
        null,
        1,
        2,
        result,
        false,
        true,
        0,
        Correlation.NONE,
        null,
        Hits.CALLER);
  }

  private static String id(int number) {
    return HexFormat.of().toHexDigits((long) number);
  }
}

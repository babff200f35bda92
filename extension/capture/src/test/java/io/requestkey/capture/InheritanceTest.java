/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One account over all the sets that ever were. */
final class InheritanceTest {

  private static KernelCounts counts(long hits) {
    return new KernelCounts(
        Map.of(
            HitKind.REQUEST_KEY,
            new KindCounts(hits, 0, hits - 1, Map.of(KernelLoss.RING_FULL, 1L)),
            HitKind.KEYCTL,
            new KindCounts(2 * hits, hits, hits, Map.of())),
        0);
  }

  private static Manifest set(long id, Map<Long, KernelCounts> inherited) {
    return new Manifest(
        id,
        77,
        "key",
        CountersShape.OURS,
        RecordShape.OURS,
        "way",
        true,
        List.of("ring"),
        Map.of("program", ""),
        List.of(),
        List.of(),
        inherited);
  }

  private static long hits(Map<Long, KernelCounts> inherited) {
    return inherited.values().stream().mapToLong(counts -> counts.all().hits()).sum();
  }

  @Test
  void manyTakeoversTakeTheRoomOfOne() throws CaptureException {
    Manifest own = set(1, Map.of());
    long expected = 0;
    int largest = 0;
    for (int id = 2; id < 3_000; id++) {
      Manifest old = Manifest.decode(own.encode());
      own = set(id, Inheritance.of(old, List.of()));
      own = own.inheriting(Inheritance.with(own, old, counts(1_000_000_000L + id)));
      expected += counts(1_000_000_000L + id).all().hits();
      largest = Math.max(largest, own.encode().length);
      own = own.inheriting(Inheritance.folded(own, List.of()));
      assertThat(hits(Inheritance.of(own, List.of()))).isEqualTo(expected);
    }
    assertThat(own.inherited()).hasSize(1);
    assertThat(largest).isLessThan(4096).isLessThan(Manifest.BYTES);
    assertThat(Manifest.decode(own.encode())).isEqualTo(own);
  }

  @Test
  void nothingIsFoldedThatAnotherSetCanName() {
    KernelCounts sum = counts(3).plus(counts(4));
    Manifest own =
        set(1, Map.of(2L, counts(2), 3L, counts(3), 4L, counts(4), 5L, counts(5), 1L, counts(1)));
    Manifest other = set(5, Map.of(2L, counts(2), 6L, counts(6)));
    assertThat(Inheritance.folded(own, List.of(other)))
        .containsExactlyInAnyOrderEntriesOf(Map.of(2L, counts(2), 3L, sum, 5L, counts(5)));
    Manifest folded = own.inheriting(Inheritance.folded(own, List.of(other)));
    assertThat(hits(Inheritance.of(folded, List.of(other))))
        .isEqualTo(hits(Inheritance.of(own, List.of(other))));
  }

  @Test
  void setThatIsThereIsNotInherited() {
    Manifest own = set(1, Map.of(1L, counts(1), 2L, counts(2), 3L, counts(3)));
    Manifest other = set(2, Map.of(3L, counts(3), 1L, counts(1)));
    assertThat(Inheritance.of(own, List.of(other))).isEqualTo(Map.of(3L, counts(3)));
  }

  /** Whenever the agent dies while a set goes, the next one counts the same. */
  @Test
  void everyStepOnTheWayCountsTheSame() {
    Manifest going = set(2, Map.of(3L, counts(3), 4L, counts(4)));
    Manifest own = set(1, Map.of(3L, counts(3), 9L, counts(9)));
    long counted = counts(2).all().hits();
    long expected = counted + hits(Inheritance.of(own, List.of(going)));

    Manifest heir = own.inheriting(Inheritance.with(own, going, counts(2)));
    assertThat(counted + hits(Inheritance.of(heir, List.of(going)))).isEqualTo(expected);
    assertThat(hits(Inheritance.of(heir, List.of()))).isEqualTo(expected);
    Manifest folded = heir.inheriting(Inheritance.folded(heir, List.of()));
    assertThat(hits(Inheritance.of(folded, List.of()))).isEqualTo(expected);
    assertThat(folded.inherited()).hasSize(1);
  }
}

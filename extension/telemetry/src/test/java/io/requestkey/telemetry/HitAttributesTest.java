/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.opentelemetry.api.common.AttributeKey.booleanKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import org.junit.jupiter.api.Test;

/** The contract of {@link Attributes}. */
class HitAttributesTest {

  private final HitAttributes attributes = attributes(2);

  @Test
  void keepsTypesAndOrder() {
    assertThat(attributes.get(stringKey("b"))).isEqualTo("one");
    assertThat(attributes.get(longKey("a"))).isEqualTo(2L);
    assertThat(attributes.get(booleanKey("c"))).isTrue();
    assertThat(attributes.get(stringKey("a"))).isNull();
    assertThat(attributes.size()).isEqualTo(3);
    assertThat(attributes.asMap()).hasToString("{b=one, a=2, c=true}");
  }

  @Test
  void becomesOrdinaryAttributes() {
    assertThat(attributes.toBuilder().build())
        .isEqualTo(Attributes.of(stringKey("b"), "one", longKey("a"), 2L, booleanKey("c"), true));
  }

  @Test
  void isEqualByContent() {
    assertThat(attributes).isEqualTo(attributes(2)).hasSameHashCodeAs(attributes(2));
    assertThat(attributes).isNotEqualTo(attributes(3)).isNotEqualTo(attributes.withoutLast());
  }

  @Test
  void canLeaveOutTheLast() {
    assertThat(attributes.withoutLast().asMap()).hasToString("{b=one, a=2}");
    assertThat(attributes.withoutLast().get(booleanKey("c"))).isNull();
  }

  @Test
  void growsBeyondAnyHit() {
    HitAttributes.Builder builder = new HitAttributes.Builder();
    for (int i = 0; i < 100; i++) {
      builder.put(longKey("k" + i), i);
    }

    HitAttributes many = builder.build();

    assertThat(many.size()).isEqualTo(100);
    assertThat(many.get(longKey("k99"))).isEqualTo(99L);
  }

  @Test
  void mayBeEmpty() {
    HitAttributes none = new HitAttributes.Builder().build();

    assertThat(none.isEmpty()).isTrue();
    assertThat(none).hasToString("{}");
  }

  private static HitAttributes attributes(long number) {
    return new HitAttributes.Builder()
        .put(stringKey("b"), "one")
        .put(longKey("a"), number)
        .put(booleanKey("c"), true)
        .build();
  }
}

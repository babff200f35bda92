/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AcquiredTest {

  private final List<String> closed = new ArrayList<>();

  @Test
  void givenUpInReverseWhateverEndsTheWay() {
    assertThatThrownBy(
            () -> {
              try (Acquired acquired = new Acquired()) {
                assertThat(acquired.add("first", closed::add)).isEqualTo("first");
                String _ = acquired.add("second", closed::add);
                throw new StackOverflowError();
              }
            })
        .isInstanceOf(StackOverflowError.class);
    assertThat(closed).containsExactly("second", "first");
  }

  @Test
  void keptWhenTheWholeIsThere() {
    try (Acquired acquired = new Acquired()) {
      String _ = acquired.add("first", closed::add);
      acquired.keep();
      String _ = acquired.add("after", closed::add);
    }
    assertThat(closed).containsExactly("after");
  }

  @Test
  void oneThatCannotBeGivenUpKeepsNoOther() {
    try (Acquired acquired = new Acquired()) {
      String _ = acquired.add("first", closed::add);
      String _ =
          acquired.add(
              "second",
              _ -> {
                throw new IllegalStateException();
              });
    }
    assertThat(closed).containsExactly("first");
  }
}

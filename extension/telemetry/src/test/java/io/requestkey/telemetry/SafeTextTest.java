/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafeTextTest {

  static Arguments[] texts() {
    return new Arguments[] {
      Arguments.argumentSet("plain", "afs:me@example", "afs:me@example"),
      Arguments.argumentSet("letters of any script", "clé ключ 鍵 🔑", "clé ключ 鍵 🔑"),
      Arguments.argumentSet("line ends", "a\nb\r\tc", "a\\nb\\r\\tc"),
      Arguments.argumentSet("an escape sequence", "\u001b]0;owned\u0007", "\\x1b]0;owned\\x07"),
      Arguments.argumentSet("C1 controls", "\u009b2J\u0085", "\\x9b2J\\x85"),
      Arguments.argumentSet("delete and NUL", "\u007f\u0000", "\\x7f\\x00"),
      Arguments.argumentSet("what looks escaped", "\\n", "\\\\n"),
      Arguments.argumentSet("reading order", "\u202egnp", "\\u{202e}gnp"),
      Arguments.argumentSet("line separators", "\u2028\u2029", "\\u{2028}\\u{2029}"),
      Arguments.argumentSet("nothing seen", "\u200b\ufeff", "\\u{200b}\\u{feff}"),
      Arguments.argumentSet("half a character", "a\ud83d", "a\\u{d83d}"),
      Arguments.argumentSet("the other half", "\udd11a", "\\u{dd11}a"),
      Arguments.argumentSet("a tag", "\udb40\udc41", "\\u{e0041}"),
      Arguments.argumentSet("nothing", "", ""),
    };
  }

  @ParameterizedTest
  @MethodSource("texts")
  void escapesWhatCouldDoHarmAndNothingElse(String text, String expected) {
    StringBuilder out = new StringBuilder();

    SafeText.escape(out, text);

    assertThat(out).hasToString(expected);
  }

  @Test
  void quotesAreEscapedWithinQuotesOnly() {
    StringBuilder out = new StringBuilder();

    SafeText.escape(out, "a\"b");
    SafeText.quote(out, "a\"b", 10);

    assertThat(out).hasToString("a\"b\"a\\\"b\"");
  }

  @Test
  void aCutNeverSplitsACharacter() {
    StringBuilder out = new StringBuilder();

    SafeText.quote(out, "ab🔑c", 3);

    assertThat(out).hasToString("\"ab\"...");
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Escapes, beside what JSON asks for, all that {@link SafeText} calls harmful: DEL and the C1
 * controls, which are escape sequences to a terminal, U+2028 and U+2029, which end a line in
 * JavaScript, and marks that turn text around. Surrogates are escaped one by one, so half a
 * character comes out as it is and a pair, put together by the reader, too.
 */
final class LineSafeEscapes extends CharacterEscapes {

  private static final long serialVersionUID = 1L;

  private static final int DELETE = 0x7f;

  private static final int[] ASCII = standardAsciiEscapesForJSON();

  static {
    ASCII[DELETE] = ESCAPE_STANDARD;
  }

  @Override
  public int[] getEscapeCodesForAscii() {
    return ASCII.clone();
  }

  @Override
  public @Nullable SerializableString getEscapeSequence(int c) {
    return SafeText.harmless(c)
        ? null
        : new SerializedString("\\u" + HexFormat.of().toHexDigits((char) c));
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

/**
 * {@code key_perm_t} the way keyctl(1) writes it: attributes, link, search, write, read and view
 * for possessor, user, group and other.
 */
final class Permissions {

  private static final String LETTERS = "alswrv";

  static String text(int permissions) {
    StringBuilder text = new StringBuilder(24);
    for (int shift = 24; shift >= 0; shift -= 8) {
      for (int i = 0; i < LETTERS.length(); i++) {
        boolean granted = (permissions >> (shift + LETTERS.length() - 1 - i) & 1) != 0;
        text.append(granted ? LETTERS.charAt(i) : '-');
      }
    }
    return text.toString();
  }

  private Permissions() {}
}

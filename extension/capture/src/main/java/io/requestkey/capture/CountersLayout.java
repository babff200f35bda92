/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/** {@code struct rk_counters} of {@code requestkey.h}: offsets in bytes, all members 64 bits. */
final class CountersLayout {

  static final int KINDS = 5;
  static final int LOSSES = 4;
  static final int PROBES = 50;

  static final int HITS = 0;
  static final int FILTERED = 40;
  static final int SUBMITTED = 80;
  static final int LOST = 120;
  static final int PROBE = 280;
  static final int TEXTS_CUT = 680;
  static final int NEXT_SEQ = 688;
  static final int ENTRIES = 10;
  static final int SIZE = 768;

  private CountersLayout() {}
}

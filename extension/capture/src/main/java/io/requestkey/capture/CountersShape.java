/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * Where the counters of a set of programs are, which may be one of another version: offsets in
 * bytes.
 *
 * @param bytes of one CPU
 * @param kinds how many kinds are counted
 * @param losses how many reasons of loss are told apart
 */
record CountersShape(
    int bytes, int kinds, int losses, int hits, int filtered, int submitted, int lost) {

  /** That of the programs of this release. */
  static final CountersShape OURS =
      new CountersShape(
          CountersLayout.SIZE,
          CountersLayout.KINDS,
          CountersLayout.LOSSES,
          CountersLayout.HITS,
          CountersLayout.FILTERED,
          CountersLayout.SUBMITTED,
          CountersLayout.LOST);

  CountersShape {
    if (bytes <= 0
        || bytes % 8 != 0
        || kinds <= 0
        || losses < 0
        || !fits(bytes, hits, kinds)
        || !fits(bytes, filtered, kinds)
        || !fits(bytes, submitted, kinds)
        || !fits(bytes, lost, (long) kinds * losses)) {
      throw new IllegalArgumentException("counters of " + bytes + " bytes cannot be so");
    }
  }

  private static boolean fits(int bytes, int offset, long members) {
    return offset >= 0 && offset % 8 == 0 && offset + 8 * members <= bytes;
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.util.List;

/**
 * Which way each fact is captured on this kernel, and why.
 *
 * @param rows one for each fact
 */
public record AttachTable(List<Row> rows) {

  public AttachTable {
    rows = List.copyOf(rows);
  }

  /**
   * One fact.
   *
   * @param fact what is to be known
   * @param way how it is known here; {@code none} when it is not
   * @param reason why a better way was not taken; empty when the best was
   * @param probes the programs that see it
   */
  public record Row(String fact, String way, String reason, List<ProbeState> probes) {
    public Row {
      probes = List.copyOf(probes);
    }
  }

  /**
   * One attached program.
   *
   * @param program name of the program in the object
   * @param runs runs of the programs of this kind since load, the self-test's included
   * @param missed runs the kernel skipped
   */
  public record ProbeState(String program, long runs, long missed) {}
}

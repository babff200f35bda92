/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** How the parts of the books are written down. */
final class Books {

  private static final int MOST_ENTRIES = 1024;

  private Books() {}

  static void write(DataOutputStream out, Map<String, Long> counts) throws IOException {
    out.writeShort(counts.size());
    for (Map.Entry<String, Long> count : counts.entrySet()) {
      out.writeUTF(count.getKey());
      out.writeLong(count.getValue());
    }
  }

  static SortedMap<String, Long> readCounts(DataInputStream in) throws IOException {
    int size = in.readUnsignedShort();
    if (size > MOST_ENTRIES) {
      throw new IOException(size + " entries");
    }
    SortedMap<String, Long> counts = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      String key = in.readUTF();
      counts.put(key, in.readLong());
    }
    return counts;
  }

  static void write(DataOutputStream out, KernelTotals totals) throws IOException {
    out.writeLong(totals.hits());
    out.writeLong(totals.filtered());
    write(out, totals.lost());
  }

  static KernelTotals readTotals(DataInputStream in) throws IOException {
    long hits = in.readLong();
    long filtered = in.readLong();
    return new KernelTotals(hits, filtered, readCounts(in));
  }
}

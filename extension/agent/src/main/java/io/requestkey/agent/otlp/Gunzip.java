/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/**
 * Decompresses what a server sent, to a bounded size: a few bytes of gzip can stand for gigabytes.
 */
final class Gunzip {

  private Gunzip() {}

  /**
   * @param limit bytes of the result
   * @throws IOException if it is not gzip, broken off or larger than the limit
   */
  static byte[] bounded(byte[] compressed, long limit) throws IOException {
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      byte[] plain = gzip.readNBytes((int) limit);
      if (gzip.read() >= 0) {
        throw new IOException("decompresses to more than " + limit + " bytes");
      }
      return plain;
    }
  }
}

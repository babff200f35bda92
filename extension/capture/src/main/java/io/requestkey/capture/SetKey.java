/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names what must be equal for programs that run to be continued: the object, and everything it is
 * loaded and attached with. The kernel is the same, as a bpffs does not outlive it.
 */
final class SetKey {

  private static final int HEX_DIGITS = 16;

  private SetKey() {}

  /**
   * Such as {@code 3f0c1a2b4d5e6f70}: a name a bpffs takes (it takes no dots).
   *
   * @param elf the object's bytes
   * @param configuration what was chosen of {@code struct rk_config}
   * @param obiMap id of OBI's map that the programs look at; 0: none
   */
  static String of(byte[] elf, CaptureOptions options, byte[] configuration, int obiMap) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      part(digest, elf);
      part(digest, configuration);
      part(digest, options.mode().name().getBytes(StandardCharsets.US_ASCII));
      part(digest, options.syscallProbes().name().getBytes(StandardCharsets.US_ASCII));
      part(digest, ByteBuffer.allocate(4).putInt(options.ringBytes()).array());
      part(digest, options.appSpan().name().getBytes(StandardCharsets.US_ASCII));
      part(digest, ByteBuffer.allocate(4).putInt(obiMap).array());
      return HexFormat.of().formatHex(digest.digest()).substring(0, HEX_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** With its length, so that no two lists of parts are the same bytes. */
  private static void part(MessageDigest digest, byte[] bytes) {
    digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
    digest.update(bytes);
  }
}

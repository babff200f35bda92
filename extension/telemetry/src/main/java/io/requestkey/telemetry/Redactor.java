/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.requestkey.capture.KernelText;
import io.requestkey.capture.RequestKeyHit;
import io.requestkey.telemetry.Redaction.Level;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Applies a {@link Redaction}. Safe for any thread. */
final class Redactor {

  private static final String HMAC = "HmacSHA256";
  private static final int HASH_BYTES = 8;

  private final Redaction redaction;

  Redactor(Redaction redaction) {
    this.redaction = redaction;
  }

  /** For descriptions and names. */
  Level description() {
    return redaction.description();
  }

  /**
   * For the callout information of a request. A type that could not be read may be any; and a
   * caller that swaps strings is not to get round this by swapping the type.
   */
  Level callout(RequestKeyHit hit) {
    Level level = redaction.callout();
    if (level != null) {
      return level;
    }
    boolean secret =
        !hit.type().present()
            || Redaction.secretType(hit.type().value())
            || Redaction.secretType(hit.tampering().userType().value());
    return secret ? Level.LENGTH : Level.FULL;
  }

  /** What a text is at a level. An empty one has nothing to hide. */
  static Level levelOf(KernelText text, Level level) {
    return text.present() && !text.value().isEmpty() ? level : Level.FULL;
  }

  /** In characters. */
  static int length(KernelText text) {
    return text.value().codePointCount(0, text.value().length());
  }

  String hash(KernelText text) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(redaction.salt().getBytes(StandardCharsets.UTF_8), HMAC));
      byte[] digest = mac.doFinal(text.value().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.requestkey.capture.Errno;
import io.requestkey.capture.HitHeader;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.UpcallHit;
import org.jspecify.annotations.Nullable;

/** Names of what went wrong, of low cardinality. */
final class Failure {

  /** The helper exited with a status other than 0. */
  static final String EXIT_STATUS = "exit_status";

  /** The helper was ended by a signal. */
  static final String SIGNAL = "signal";

  /** The errno name or one of the above; null when nothing went wrong. */
  static @Nullable String of(KeyHit hit) {
    HitHeader header = hit.header();
    if (header.failed()) {
      return errno(header);
    }
    WaitStatus status = hit instanceof UpcallHit upcall ? WaitStatus.of(upcall) : null;
    if (status == null || status.success()) {
      return null;
    }
    return status.signal() != 0 ? SIGNAL : EXIT_STATUS;
  }

  /** Likewise, with the number, for people. */
  static @Nullable String text(KeyHit hit) {
    if (hit.header().failed()) {
      return errno(hit.header());
    }
    WaitStatus status = hit instanceof UpcallHit upcall ? WaitStatus.of(upcall) : null;
    return status == null || status.success() ? null : status.toString();
  }

  private static String errno(HitHeader header) {
    return Errno.name((int) -header.result());
  }

  private Failure() {}
}

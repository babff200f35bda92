/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.requestkey.capture.UpcallHit;
import org.jspecify.annotations.Nullable;

/**
 * How a helper ended (wait(2)).
 *
 * @param exit exit status, 0 to 255
 * @param signal signal that ended it, or 0
 */
record WaitStatus(int exit, int signal) {

  /** Of a helper; null when it could not be run. */
  static @Nullable WaitStatus of(UpcallHit hit) {
    long status = hit.header().result();
    return status < 0 ? null : new WaitStatus((int) (status >> 8) & 0xff, (int) status & 0x7f);
  }

  boolean success() {
    return exit == 0 && signal == 0;
  }

  @Override
  public String toString() {
    return signal != 0 ? "signal " + signal : "exit " + exit;
  }
}

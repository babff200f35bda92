/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Makes a few real key requests through keyctl(1) of keyutils, so that there is something to see:
 * one constructed by {@code /sbin/request-key}, found, read by another process, revoked; one
 * negated.
 *
 * <p>All in a session keyring of its own, which ends with it.
 */
final class Demo {

  /** The rules for {@code debug:*} are those /etc/request-key.conf of keyutils comes with. */
  private static final String SCRIPT =
      """
      set -u
      name=debug:requestkey-demo-$$
      key=$(keyctl request2 user "$name" gizzard @s) || exit 1
      keyctl request user "$name"
      keyctl describe "$key"
      keyctl read "$key"
      keyctl request2 user "$name-negated" negate @s
      keyctl request user "$name-absent"
      keyctl revoke "$key"
      keyctl request user "$name"
      exit 0
      """;

  private static final int SECONDS = 30;

  private final Diagnostics diagnostics;

  Demo(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  /** Runs it; blocks until it has ended. */
  void run() throws InterruptedException {
    diagnostics.info(
        "demo: asking for keys: one constructed by /sbin/request-key, found, described, read,"
            + " revoked; one negated; one absent");
    try {
      Process process =
          new ProcessBuilder("keyctl", "session", "-", "sh", "-c", SCRIPT)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        diagnostics.warn("demo: keyctl did not end within " + SECONDS + " s");
      } else if (process.exitValue() != 0) {
        diagnostics.warn(
            "demo: the request was not answered; is /sbin/request-key there, with the debug: rules"
                + " of keyutils in /etc/request-key.conf?");
      } else {
        diagnostics.info("demo: done; Ctrl-C stops the agent");
      }
    } catch (IOException e) {
      diagnostics.warn("demo: keyctl is missing (Debian: apt-get install keyutils)");
    }
  }
}

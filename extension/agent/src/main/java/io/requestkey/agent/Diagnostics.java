/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import java.io.PrintStream;

/**
 * What the agent tells the person at the terminal: single lines on stderr, so that stdout stays for
 * the console exporter. Any thread.
 */
public final class Diagnostics {

  private final PrintStream err;

  /** Lines go to the given stream, usually stderr. */
  public Diagnostics(PrintStream err) {
    this.err = err;
  }

  /** Something worth knowing. */
  public void info(String message) {
    print("", message);
  }

  /** Something that goes on, but not as it should. */
  public void warn(String message) {
    print("warning: ", message);
  }

  /** Something that ends the agent. */
  public void error(String message) {
    print("error: ", message);
  }

  private void print(String level, String message) {
    // One line whatever a message from elsewhere contains.
    err.println("requestkey: " + level + message.replace('\n', ' ').replace('\r', ' '));
  }
}

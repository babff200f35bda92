/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/** {@code enum rk_context_count}: what came of looking for the application's span. */
public enum ContextCount {
  /** A thread's record was read. */
  READ("read"),
  /** The process publishes, but no span is current on the thread. */
  ABSENT("absent"),
  /** The record was neither valid nor not, incomplete, or changed while it was read. */
  INVALID("invalid"),
  /** Memory that is not there, or not resident. */
  FAULT("fault"),
  /** The process id is another process's now. */
  STALE("stale_process"),
  /** An entry of OBI's map was read. */
  OBI_READ("obi_read"),
  /** Publications that there was no room to tell the agent. */
  MISSED("missed_publication");

  private final String label;

  ContextCount(String label) {
    this.label = label;
  }

  /** As in metrics: lower case. */
  public String label() {
    return label;
  }
}

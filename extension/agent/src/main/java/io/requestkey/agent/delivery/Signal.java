/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

/** A kind of telemetry made of every hit. */
public enum Signal {
  /** One log record for each hit. */
  LOGS("logs"),
  /** One span for each hit. */
  TRACES("traces");

  private final String label;

  Signal(String label) {
    this.label = label;
  }

  /** The name as in the ledger and the settings. */
  public String label() {
    return label;
  }
}

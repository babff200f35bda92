/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/** {@code struct rk_control} of {@code requestkey.h}: offsets in bytes. Only ever grows. */
final class ControlLayout {

  static final int GATE = 0;
  static final int SELF_TGID = 4;
  static final int SELF_START_NS = 8;
  static final int SIZE = 16;

  /** The section it is in, and so the map. */
  static final String MAP = ".data.control";

  private ControlLayout() {}
}

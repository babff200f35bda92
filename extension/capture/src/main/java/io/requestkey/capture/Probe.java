/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/** {@code enum rk_probe}: what a program is there to see. */
enum Probe {
  REQUEST_KEY_ENTRY(0),
  REQUEST_KEY_EXIT(1),
  ADD_KEY_ENTRY(2),
  ADD_KEY_EXIT(3),
  KEYCTL_ENTRY(4),
  KEYCTL_EXIT(5),
  REQUEST_KEY_AND_LINK(6),
  KEY_CREATE_OR_UPDATE(7),
  KEY_TASK_PERMISSION(8),
  SECURITY_KEY_FREE(9);

  final int index;

  Probe(int index) {
    this.index = index;
  }
}

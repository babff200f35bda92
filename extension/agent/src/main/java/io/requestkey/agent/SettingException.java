/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

/** A wrong setting. The message names it, what it was, and what is possible. */
final class SettingException extends Exception {

  private static final long serialVersionUID = 1;

  SettingException(String message) {
    super(message);
  }
}

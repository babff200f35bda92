/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

/** A journal that cannot be used. The message is one line for the person at the terminal. */
public final class JournalException extends Exception {

  private static final long serialVersionUID = 1;

  JournalException(String message) {
    super(message);
  }
}

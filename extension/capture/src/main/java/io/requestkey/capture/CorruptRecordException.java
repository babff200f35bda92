/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/** Bytes that are no record of ours. The message says what is wrong with them and where. */
public final class CorruptRecordException extends Exception {

  private static final long serialVersionUID = 1;

  CorruptRecordException(String message) {
    super(message);
  }
}

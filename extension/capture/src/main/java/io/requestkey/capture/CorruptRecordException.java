/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/** Bytes that are no record of ours. The message says what is wrong with them and where. */
public sealed class CorruptRecordException extends Exception permits UnknownRecordVersionException {

  private static final long serialVersionUID = 1;

  CorruptRecordException(String message) {
    super(message);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/** A record of another release, of which it is not known where its fields are. */
public final class UnknownRecordVersionException extends CorruptRecordException {

  private static final long serialVersionUID = 1;

  UnknownRecordVersionException(String message) {
    super(message);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * Capture cannot start or go on. The message is meant for the person at the terminal: it names the
 * thing and the way out, in one line.
 */
public final class CaptureException extends Exception {

  private static final long serialVersionUID = 1;

  public CaptureException(String message) {
    super(message);
  }

  public CaptureException(String message, Throwable cause) {
    super(message, cause);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import java.io.IOException;

/**
 * An attempt that ended without an answer worth passing on. Carries no stack trace: the SDK logs
 * what a sender fails with, and the frames of an event loop explain nothing.
 */
final class ExportFailedException extends IOException {

  private static final long serialVersionUID = 1L;

  ExportFailedException(String message) {
    super(message);
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}

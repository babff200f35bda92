/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;

/** How an exchange of one request ended. */
sealed interface Reply {

  /**
   * The other side answered.
   *
   * @param body as sent, still under its content encoding
   * @param complete false if the body went on beyond what we read, or broke off
   */
  record Answer(
      int status,
      String statusMessage,
      MultiMap headers,
      MultiMap trailers,
      Buffer body,
      boolean complete)
      implements Reply {

    boolean success() {
      return status >= 200 && status < 300;
    }
  }

  /** It did not, or not to the end. */
  record Failure(Throwable cause) implements Reply {}
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

/** What happens when the journal has reached its size. */
public enum FullPolicy {
  /** Appending stops: records stay in the ring, and when that is full the kernel counts them. */
  STOP,
  /** The oldest segment is dropped; readers that had not read it count its frames. */
  DROP_OLDEST
}

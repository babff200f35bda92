/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import org.jspecify.annotations.Nullable;

/** Memory of another process, which may change or go at any time. */
interface RemoteMemory {

  /**
   * Copies bytes out.
   *
   * @param address in the other process
   * @param length at least 0
   * @return exactly {@code length} bytes, or null when not all of them can be read
   */
  byte @Nullable [] read(long address, int length);
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * {@code struct rk_process} and {@code struct rk_publication} of {@code requestkey.h}: offsets in
 * bytes.
 */
final class ProcessLayout {

  static final int START_NS = 0;
  static final int TLS_OFFSET = 8;
  static final int TLS_MODULE = 16;
  static final int VECTOR_OFFSET = 24;
  static final int VECTOR_COUNT_OFFSET = 28;
  static final int VECTOR_STRIDE = 32;
  static final int TLS = 36;
  static final int READY = 37;
  static final int SERVICE_NAME_LENGTH = 38;
  static final int SERVICE_NAME_CUT = 39;
  static final int SERVICE_NAME = 40;
  static final int SIZE = 104;

  static final int SERVICE_NAME_CAP = 64;

  /** {@code enum rk_tls}. */
  static final int TLS_NONE = 0;

  static final int TLS_STATIC = 1;
  static final int TLS_DYNAMIC = 2;

  /** The kernel's USER_HZ is 100 on every architecture we run on. */
  static final long TICK_NANOS = 10_000_000;

  static final int PUBLICATION_ADDRESS = 0;
  static final int PUBLICATION_PID = 8;
  static final int PUBLICATION_RESERVED = 12;
  static final int PUBLICATION_SIZE = 16;

  private ProcessLayout() {}
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * {@code struct rk_record} of {@code requestkey.h}: offsets in bytes. A unit test holds them
 * against the object's .BTF.
 */
final class RecordLayout {

  static final int VERSION = 1;

  static final int SIZE = 0;
  static final int RECORD_VERSION = 4;
  static final int KIND = 5;
  static final int FLAGS = 6;
  static final int SEQ = 8;
  static final int START_NS = 16;
  static final int END_NS = 24;
  static final int TRACE_ID = 32;
  static final int SPAN_ID = 48;
  static final int ORIGIN_TRACE_ID = 56;
  static final int ORIGIN_SPAN_ID = 72;
  static final int CGROUP_ID = 80;
  static final int ARG = 88;
  static final int RESULT = 120;
  static final int PID = 128;
  static final int TID = 132;
  static final int PPID = 136;
  static final int RUID = 140;
  static final int RGID = 144;
  static final int EUID = 148;
  static final int EGID = 152;
  static final int SERIAL = 156;
  static final int RESOLVED = 160;
  static final int OPERATION = 164;
  static final int COMM = 168;
  static final int TEXT = 184;
  static final int RESERVED = 196;
  static final int HEADER_SIZE = 200;

  static final int COMM_LENGTH = 16;

  /** {@code struct rk_text}. */
  static final int TEXT_LEN = 0;

  static final int TEXT_STATE = 2;
  static final int TEXT_TRUNCATED = 3;
  static final int TEXT_SIZE = 4;
  static final int TEXTS = 3;

  /** RK_LARGE_DATA. */
  static final int MAX_DATA = 32 + 2 * 4096;

  static final int KIND_REQUEST_KEY = 0;
  static final int KIND_ADD_KEY = 1;
  static final int KIND_KEYCTL = 2;

  static final int FLAG_COMPAT = 1;
  static final int FLAG_KERNEL_COPIES = 2;

  static final int TEXT_ABSENT = 0;
  static final int TEXT_NULL = 1;
  static final int TEXT_PRESENT = 2;
  static final int TEXT_UNREADABLE = 3;

  private RecordLayout() {}
}

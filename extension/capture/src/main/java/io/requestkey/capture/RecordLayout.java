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

  static final int VERSION = 2;

  static final int SIZE = 0;
  static final int RECORD_VERSION = 4;
  static final int KIND = 5;
  static final int FLAGS = 6;
  static final int SEQ = 8;
  static final int START_NS = 16;
  static final int END_NS = 24;
  static final int TRACE_ID = 32;
  static final int SPAN_ID = 48;
  static final int PARENT_SPAN_ID = 56;
  static final int ORIGIN_TRACE_ID = 64;
  static final int ORIGIN_SPAN_ID = 80;
  static final int APP_TRACE_ID = 88;
  static final int APP_SPAN_ID = 104;
  static final int CGROUP_ID = 112;
  static final int PROCESS_START_NS = 120;
  static final int PARENT_START_NS = 128;
  static final int ARG = 136;
  static final int RESULT = 168;
  static final int PID = 176;
  static final int TID = 180;
  static final int PPID = 184;
  static final int NS_PID = 188;
  static final int NS_TID = 192;
  static final int NS_PPID = 196;
  static final int RUID = 200;
  static final int RGID = 204;
  static final int EUID = 208;
  static final int EGID = 212;
  static final int SERVICE_UID = 216;
  static final int SERVICE_GID = 220;
  static final int LOGINUID = 224;
  static final int SESSION_KEYRING = 228;
  static final int USER_NS = 232;
  static final int PID_NS = 236;
  static final int KEY_UID = 240;
  static final int KEY_GID = 244;
  static final int KEY_PERM = 248;
  static final int KEY = 252;
  static final int OPERATION = 284;
  static final int HELPER_PID = 288;
  static final int AUTH_KEY = 292;
  static final int RESTARTS = 296;
  static final int OUTCOME = 298;
  static final int TAMPERING = 299;
  static final int TAMPERING_REASON = 300;
  static final int CORRELATION = 301;
  static final int APP_FLAGS = 302;
  static final int KEY_END = 303;
  static final int COMM = 304;
  static final int TEXT = 320;
  static final int RESERVED = 364;
  static final int HEADER_SIZE = 368;

  /** SIZE to SEQ are where they are in every version. */
  static final int FIXED_BYTES = 16;

  static final int COMM_LENGTH = 16;

  /** {@code struct rk_key_ref}. */
  static final int KEY_GIVEN = 0;

  static final int KEY_RESOLVED = 4;
  static final int KEY_SIZE = 8;
  static final int KEY_REFS = 4;

  /** {@code struct rk_text}. */
  static final int TEXT_LEN = 0;

  static final int TEXT_STATE = 2;
  static final int TEXT_TRUNCATED = 3;
  static final int TEXT_SIZE = 4;
  static final int TEXTS = 11;

  /** RK_MAX_DATA. */
  static final int MAX_DATA = 16384;

  static final int FLAG_COMPAT = 1;
  static final int FLAG_KERNEL_COPIES = 2;
  static final int FLAG_KERNEL_ORIGIN = 4;
  static final int FLAG_SERVICE_CREDS = 8;
  static final int FLAG_KEY_ACCESS = 16;
  static final int FLAG_APP_PARENT = 32;

  static final int TEXT_ABSENT = 0;
  static final int TEXT_NULL = 1;
  static final int TEXT_PRESENT = 2;
  static final int TEXT_UNREADABLE = 3;

  private RecordLayout() {}
}

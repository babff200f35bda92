/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/** {@code struct rk_config} of {@code requestkey.h}: offsets in bytes. */
final class ConfigLayout {

  static final int ID_SEED = 0;
  static final int SEQ_BASE = 24;
  static final int SELFTEST_NONCE = 32;
  static final int FILTER_CGROUP = 40;
  static final int FILTER_OPERATIONS = 48;
  static final int FILTERS = 56;
  static final int FILTER_PID = 60;
  static final int FILTER_UID = 64;
  static final int FILTER_TYPE_LEN = 68;
  static final int FILTER_PREFIX_LEN = 72;
  static final int RESERVED = 76;
  static final int FILTER_COMM = 80;
  static final int FILTER_TYPE = 96;
  static final int FILTER_PREFIX = 128;
  static final int SIZE = 192;

  static final int PREFIX_CAP = 64;
  static final int TYPE_CAP = 32;

  static final int BIT_PID = 1;
  static final int BIT_UID = 2;
  static final int BIT_COMM = 4;
  static final int BIT_CGROUP = 8;
  static final int BIT_TYPE = 16;
  static final int BIT_DESCRIPTION = 32;
  static final int BIT_OPERATION = 64;

  static final int OPERATION_REQUEST_KEY = 62;
  static final int OPERATION_ADD_KEY = 63;

  /** RK_SELFTEST_OPERATION. */
  static final int SELFTEST_OPERATION = 0x524b5354;

  private ConfigLayout() {}
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * {@code struct rk_config} and {@code struct rk_filter} of {@code requestkey.h}: offsets in bytes.
 */
final class ConfigLayout {

  static final int ID_SEED = 0;
  static final int SEQ_BASE = 24;
  static final int SELFTEST_NONCE = 32;
  static final int WANTED = 40;
  static final int UNWANTED = 1112;
  static final int CONTEXT = 2184;
  static final int OWN_PROCESS = 2188;
  static final int SIZE = 2192;

  // struct rk_filter
  static final int OPERATIONS = 0;
  static final int CGROUP = 8;
  static final int GIVEN = 72;
  static final int PIDS = 76;
  static final int UIDS = 80;
  static final int COMMS = 84;
  static final int CGROUPS = 88;
  static final int TYPES = 92;
  static final int PREFIXES = 96;
  static final int RESERVED = 100;
  static final int PID = 104;
  static final int UID = 136;
  static final int COMM = 168;
  static final int TYPE = 296;
  static final int PREFIX = 552;
  static final int FILTER_SIZE = 1072;

  static final int CGROUP_SIZE = 8;
  static final int PREFIX_CAP = 64;
  static final int TYPE_CAP = 32;

  static final int BIT_PID = 1;
  static final int BIT_UID = 2;
  static final int BIT_COMM = 4;
  static final int BIT_CGROUP = 8;
  static final int BIT_TYPE = 16;
  static final int BIT_DESCRIPTION = 32;
  static final int BIT_OPERATION = 64;

  /** {@code enum rk_context_bit}. */
  static final int CONTEXT_SDK = 1;

  static final int CONTEXT_OBI = 2;
  static final int CONTEXT_PARENT = 4;

  static final int OPERATION_REQUEST_KEY = 62;
  static final int OPERATION_ADD_KEY = 63;

  /** RK_SELFTEST_OPERATION. */
  static final int SELFTEST_OPERATION = 0x524b5354;

  private ConfigLayout() {}
}

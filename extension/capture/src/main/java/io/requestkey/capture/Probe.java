/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/** {@code enum rk_probe}: what a program is there to see. */
enum Probe {
  REQUEST_KEY_ENTRY(0),
  REQUEST_KEY_EXIT(1),
  ADD_KEY_ENTRY(2),
  ADD_KEY_EXIT(3),
  KEYCTL_ENTRY(4),
  KEYCTL_EXIT(5),
  REQUEST_KEY_AND_LINK(6),
  KEY_CREATE_OR_UPDATE(7),
  SECURITY_KEY_FREE(9),
  LOOKUP_USER_KEY(10),
  KEYRING_SEARCH(11),
  JOIN_SESSION_KEYRING(12),
  KEYRING_RESTRICT(13),
  KEY_ANSWERED(14),
  REQUEST_KEY_AUTH_NEW(20),
  CALL_SBIN_REQUEST_KEY(21),
  CALL_USERMODEHELPER_EXEC(22),
  UMH_KEYS_INIT(23),
  UPCALL_END(24),
  WAIT_FOR_KEY_CONSTRUCTION(25),
  KEY_REJECT_AND_LINK(26),
  REQUEST_KEY_TAG(27),
  REQUEST_KEY_TAG_EXIT(28),
  REQUEST_KEY_WITH_AUXDATA(29),
  REQUEST_KEY_WITH_AUXDATA_EXIT(30),
  REQUEST_KEY_RCU(31),
  REQUEST_KEY_RCU_EXIT(32),
  PRCTL(40),
  PROCESS_EXEC(41);

  final int index;

  Probe(int index) {
    this.index = index;
  }
}

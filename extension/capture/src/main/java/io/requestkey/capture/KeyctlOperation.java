/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import org.jspecify.annotations.Nullable;

/**
 * The operations of {@code keyctl(2)} (include/uapi/linux/keyctl.h, KEYCTL_*), in the order of
 * their numbers.
 */
public enum KeyctlOperation {
  GET_KEYRING_ID(0),
  JOIN_SESSION_KEYRING(1),
  UPDATE(2),
  REVOKE(3),
  CHOWN(4),
  SETPERM(5),
  DESCRIBE(6),
  CLEAR(7),
  LINK(8),
  UNLINK(9),
  SEARCH(10),
  READ(11),
  INSTANTIATE(12),
  NEGATE(13),
  SET_REQKEY_KEYRING(14),
  SET_TIMEOUT(15),
  ASSUME_AUTHORITY(16),
  GET_SECURITY(17),
  SESSION_TO_PARENT(18),
  REJECT(19),
  INSTANTIATE_IOV(20),
  INVALIDATE(21),
  GET_PERSISTENT(22),
  DH_COMPUTE(23),
  PKEY_QUERY(24),
  PKEY_ENCRYPT(25),
  PKEY_DECRYPT(26),
  PKEY_SIGN(27),
  PKEY_VERIFY(28),
  RESTRICT_KEYRING(29),
  MOVE(30),
  CAPABILITIES(31),
  WATCH_KEY(32);

  private static final KeyctlOperation[] BY_NUMBER = values();

  private final int number;
  private final String label;

  KeyctlOperation(int number) {
    this.number = number;
    this.label = name().toLowerCase(java.util.Locale.ROOT);
  }

  /** The operation of a number, or null when this release does not know it. */
  public static @Nullable KeyctlOperation of(int number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
  }

  /** The operation of a name such as {@code read}, or null. */
  public static @Nullable KeyctlOperation named(String label) {
    for (KeyctlOperation operation : BY_NUMBER) {
      if (operation.label.equalsIgnoreCase(label)) {
        return operation;
      }
    }
    return null;
  }

  /** The number, 0 to 32. */
  public int number() {
    return number;
  }

  /** The name in lower case, without the prefix: {@code get_keyring_id}. */
  public String label() {
    return label;
  }
}

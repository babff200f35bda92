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
  GET_KEYRING_ID(0, Target.ARG2),
  JOIN_SESSION_KEYRING(1, Target.RESULT),
  UPDATE(2, Target.ARG2),
  REVOKE(3, Target.ARG2),
  CHOWN(4, Target.ARG2),
  SETPERM(5, Target.ARG2),
  DESCRIBE(6, Target.ARG2),
  CLEAR(7, Target.ARG2),
  LINK(8, Target.ARG2),
  UNLINK(9, Target.ARG2),
  SEARCH(10, Target.RESULT),
  READ(11, Target.ARG2),
  INSTANTIATE(12, Target.ARG2),
  NEGATE(13, Target.ARG2),
  SET_REQKEY_KEYRING(14, Target.NONE),
  SET_TIMEOUT(15, Target.ARG2),
  ASSUME_AUTHORITY(16, Target.ARG2),
  GET_SECURITY(17, Target.ARG2),
  SESSION_TO_PARENT(18, Target.NONE),
  REJECT(19, Target.ARG2),
  INSTANTIATE_IOV(20, Target.ARG2),
  INVALIDATE(21, Target.ARG2),
  GET_PERSISTENT(22, Target.RESULT),
  DH_COMPUTE(23, Target.NONE),
  PKEY_QUERY(24, Target.ARG2),
  PKEY_ENCRYPT(25, Target.NONE),
  PKEY_DECRYPT(26, Target.NONE),
  PKEY_SIGN(27, Target.NONE),
  PKEY_VERIFY(28, Target.NONE),
  RESTRICT_KEYRING(29, Target.ARG2),
  MOVE(30, Target.ARG2),
  CAPABILITIES(31, Target.NONE),
  WATCH_KEY(32, Target.ARG2);

  /** Where the serial of the key operated on stands. */
  enum Target {
    NONE,
    ARG2,
    RESULT
  }

  private static final KeyctlOperation[] BY_NUMBER = values();

  private final int number;
  private final Target target;
  private final String label;

  KeyctlOperation(int number, Target target) {
    this.number = number;
    this.target = target;
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

  /** Where the serial of the key operated on stands; {@code rk_keyctl_target()} in BPF agrees. */
  Target target() {
    return target;
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import org.jspecify.annotations.Nullable;

/**
 * The negative serials that name a keyring or key relative to the caller (include/uapi/linux/
 * keyctl.h, KEY_SPEC_*), with the names /proc/keys and keyctl(1) show for them.
 */
public enum SpecialKeyring {
  /** KEY_SPEC_THREAD_KEYRING. */
  THREAD(-1, "_tid"),
  /** KEY_SPEC_PROCESS_KEYRING. */
  PROCESS(-2, "_pid"),
  /** KEY_SPEC_SESSION_KEYRING. */
  SESSION(-3, "_ses"),
  /** KEY_SPEC_USER_KEYRING. */
  USER(-4, "_uid"),
  /** KEY_SPEC_USER_SESSION_KEYRING. */
  USER_SESSION(-5, "_uid_ses"),
  /** KEY_SPEC_GROUP_KEYRING; the kernel answers EINVAL. */
  GROUP(-6, "_gid"),
  /** KEY_SPEC_REQKEY_AUTH_KEY: the assumed authorisation key. */
  REQKEY_AUTH_KEY(-7, "_reqkey_auth"),
  /** KEY_SPEC_REQUESTOR_KEYRING: the requester's destination keyring. */
  REQUESTOR(-8, "_requestor");

  private static final SpecialKeyring[] BY_NUMBER = values();

  private final int serial;
  private final String label;

  SpecialKeyring(int serial, String label) {
    this.serial = serial;
    this.label = label;
  }

  /** The special keyring a serial stands for, or null when it is an ordinary serial or 0. */
  public static @Nullable SpecialKeyring of(int serial) {
    return serial <= -1 && serial >= -BY_NUMBER.length ? BY_NUMBER[-serial - 1] : null;
  }

  /** The negative number. */
  public int serial() {
    return serial;
  }

  /** The name, such as {@code _ses}. */
  public String label() {
    return label;
  }
}

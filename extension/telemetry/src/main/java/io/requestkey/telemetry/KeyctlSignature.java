/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.requestkey.telemetry.KeyctlSignature.Argument.ID;
import static io.requestkey.telemetry.KeyctlSignature.Argument.INT;
import static io.requestkey.telemetry.KeyctlSignature.Argument.KEY;
import static io.requestkey.telemetry.KeyctlSignature.Argument.MASK;
import static io.requestkey.telemetry.KeyctlSignature.Argument.NONE;
import static io.requestkey.telemetry.KeyctlSignature.Argument.POINTER;
import static io.requestkey.telemetry.KeyctlSignature.Argument.RAW;
import static io.requestkey.telemetry.KeyctlSignature.Argument.SIZE;
import static io.requestkey.telemetry.KeyctlSignature.Argument.UNSIGNED;

import io.requestkey.capture.KeyctlOperation;
import org.jspecify.annotations.Nullable;

/**
 * Which arguments a keyctl operation takes and what the kernel casts them to
 * (security/keys/keyctl.c, {@code SYSCALL_DEFINE5(keyctl, ...)}). What an operation does not take
 * is left-over register content and must not be told.
 */
record KeyctlSignature(Argument arg2, Argument arg3, Argument arg4, Argument arg5) {

  /** What an argument is. */
  enum Argument {
    /** Not taken. */
    NONE,
    /** {@code key_serial_t}, may be a negative KEY_SPEC_* number. */
    KEY,
    /** {@code int}. */
    INT,
    /** {@code unsigned int}. */
    UNSIGNED,
    /** {@code unsigned int} best read in hexadecimal. */
    MASK,
    /** {@code uid_t} or {@code gid_t}; -1 leaves it as it is. */
    ID,
    /** {@code size_t}. */
    SIZE,
    /** An address in the caller's memory. */
    POINTER,
    /** Not known: as given. */
    RAW;

    /** The value the kernel takes an argument for. */
    long taken(long given) {
      return switch (this) {
        case NONE, SIZE, POINTER, RAW -> given;
        case KEY, INT -> (int) given;
        case UNSIGNED, MASK -> Integer.toUnsignedLong((int) given);
        case ID -> (int) given == -1 ? -1 : Integer.toUnsignedLong((int) given);
      };
    }
  }

  private static final KeyctlSignature UNKNOWN = new KeyctlSignature(RAW, RAW, RAW, RAW);

  private static final KeyctlSignature[] BY_NUMBER = byNumber();

  /** The signature of an operation number; four arguments as given when it is not known. */
  static KeyctlSignature of(int operation) {
    return operation >= 0 && operation < BY_NUMBER.length ? BY_NUMBER[operation] : UNKNOWN;
  }

  private static KeyctlSignature[] byNumber() {
    KeyctlSignature[] signatures = new KeyctlSignature[KeyctlOperation.values().length];
    for (KeyctlOperation operation : KeyctlOperation.values()) {
      signatures[operation.number()] = of(operation);
    }
    return signatures;
  }

  /** The signature of an operation, or of an unknown one. */
  static KeyctlSignature of(@Nullable KeyctlOperation operation) {
    return switch (operation) {
      case null -> UNKNOWN;
      case GET_KEYRING_ID -> takes(KEY, INT);
      case JOIN_SESSION_KEYRING -> takes(POINTER);
      case UPDATE -> takes(KEY, POINTER, SIZE);
      case REVOKE, CLEAR, INVALIDATE, ASSUME_AUTHORITY -> takes(KEY);
      case CHOWN -> takes(KEY, ID, ID);
      case SETPERM -> takes(KEY, MASK);
      case DESCRIBE, READ, GET_SECURITY -> takes(KEY, POINTER, SIZE);
      case LINK, UNLINK -> takes(KEY, KEY);
      case SEARCH -> takes(KEY, POINTER, POINTER, KEY);
      case INSTANTIATE, INSTANTIATE_IOV -> takes(KEY, POINTER, SIZE, KEY);
      case NEGATE -> takes(KEY, UNSIGNED, KEY);
      case SET_REQKEY_KEYRING -> takes(INT);
      case SET_TIMEOUT -> takes(KEY, UNSIGNED);
      case SESSION_TO_PARENT -> takes(NONE);
      case REJECT -> takes(KEY, UNSIGNED, UNSIGNED, KEY);
      case GET_PERSISTENT -> takes(ID, KEY);
      case DH_COMPUTE -> takes(POINTER, POINTER, SIZE, POINTER);
      // The third argument is reserved: the kernel looks at it, and fails when it is not 0.
      case PKEY_QUERY -> takes(KEY, RAW, POINTER, POINTER);
      case PKEY_ENCRYPT, PKEY_DECRYPT, PKEY_SIGN, PKEY_VERIFY ->
          takes(POINTER, POINTER, POINTER, POINTER);
      case RESTRICT_KEYRING -> takes(KEY, POINTER, POINTER);
      case MOVE -> takes(KEY, KEY, KEY, UNSIGNED);
      case CAPABILITIES -> takes(POINTER, SIZE);
      case WATCH_KEY -> takes(KEY, INT, INT);
    };
  }

  private static KeyctlSignature takes(Argument arg2) {
    return takes(arg2, NONE);
  }

  private static KeyctlSignature takes(Argument arg2, Argument arg3) {
    return takes(arg2, arg3, NONE);
  }

  private static KeyctlSignature takes(Argument arg2, Argument arg3, Argument arg4) {
    return takes(arg2, arg3, arg4, NONE);
  }

  private static KeyctlSignature takes(Argument arg2, Argument arg3, Argument arg4, Argument arg5) {
    return new KeyctlSignature(arg2, arg3, arg4, arg5);
  }
}

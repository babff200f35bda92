/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.requestkey.capture.Errno;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyReference;
import io.requestkey.capture.KeyctlHit;
import io.requestkey.capture.KeyctlOperation;
import org.jspecify.annotations.Nullable;

/**
 * What the arguments of a keyctl call mean, under names (security/keys/keyctl.c). The target and
 * the bare registers are told elsewhere.
 */
final class KeyctlArguments {

  /** KEY_REQKEY_DEFL_*, from -1 on. */
  private static final String[] DEFAULT_KEYRINGS = {
    "no_change",
    "default",
    "thread",
    "process",
    "session",
    "user",
    "user_session",
    "group",
    "requestor"
  };

  private final Redactor redactor;

  KeyctlArguments(Redactor redactor) {
    this.redactor = redactor;
  }

  void put(HitAttributes.Builder attributes, KeyctlHit hit, @Nullable KeyctlOperation operation) {
    if (operation == null) {
      return;
    }
    switch (operation) {
      case GET_KEYRING_ID -> attributes.put(KeyringAttributes.KEYCTL_CREATE, (int) hit.arg3() != 0);
      case JOIN_SESSION_KEYRING -> putName(attributes, hit.name());
      case CHOWN -> {
        attributes.put(KeyringAttributes.KEYCTL_UID, id(hit.arg3()));
        attributes.put(KeyringAttributes.KEYCTL_GID, id(hit.arg4()));
      }
      case SETPERM -> attributes.put(KeyringAttributes.KEYCTL_PERMISSIONS, unsigned(hit.arg3()));
      case LINK, UNLINK -> ReferenceAttributes.KEYRING.put(attributes, key(hit, 1, hit.arg3()));
      case SEARCH -> {
        ReferenceAttributes.KEYRING.put(attributes, key(hit, 1, hit.arg2()));
        putType(attributes, hit.namedType());
        putName(attributes, hit.name());
        ReferenceAttributes.DESTINATION.put(attributes, key(hit, 2, hit.arg5()));
      }
      case UPDATE -> attributes.put(KeyringAttributes.KEYCTL_PAYLOAD_SIZE, hit.arg4());
      case INSTANTIATE -> {
        attributes.put(KeyringAttributes.KEYCTL_PAYLOAD_SIZE, hit.arg4());
        ReferenceAttributes.DESTINATION.put(attributes, key(hit, 1, hit.arg5()));
      }
      case INSTANTIATE_IOV -> {
        attributes.put(KeyringAttributes.KEYCTL_VECTORS, unsigned(hit.arg4()));
        ReferenceAttributes.DESTINATION.put(attributes, key(hit, 1, hit.arg5()));
      }
      case NEGATE -> {
        attributes.put(KeyringAttributes.KEYCTL_TIMEOUT, unsigned(hit.arg3()));
        ReferenceAttributes.DESTINATION.put(attributes, key(hit, 1, hit.arg4()));
      }
      case REJECT -> {
        attributes.put(KeyringAttributes.KEYCTL_TIMEOUT, unsigned(hit.arg3()));
        attributes.put(KeyringAttributes.KEYCTL_ERROR, Errno.name((int) hit.arg4()));
        ReferenceAttributes.DESTINATION.put(attributes, key(hit, 1, hit.arg5()));
      }
      case SET_REQKEY_KEYRING ->
          attributes.put(KeyringAttributes.KEYCTL_DEFAULT_KEYRING, defaultKeyring(hit.arg2()));
      case SET_TIMEOUT -> attributes.put(KeyringAttributes.KEYCTL_TIMEOUT, unsigned(hit.arg3()));
      case DESCRIBE, READ, GET_SECURITY ->
          attributes.put(KeyringAttributes.KEYCTL_BUFFER_SIZE, hit.arg4());
      case GET_PERSISTENT -> {
        attributes.put(KeyringAttributes.KEYCTL_UID, id(hit.arg2()));
        ReferenceAttributes.DESTINATION.put(attributes, key(hit, 1, hit.arg3()));
      }
      case DH_COMPUTE -> {
        attributes.put(KeyringAttributes.KEYCTL_BUFFER_SIZE, hit.arg4());
        ReferenceAttributes.PRIVATE.put(attributes, hit.keys().get(1));
        ReferenceAttributes.PRIME.put(attributes, hit.keys().get(2));
        ReferenceAttributes.BASE.put(attributes, hit.keys().get(3));
      }
      case RESTRICT_KEYRING -> {
        putType(attributes, hit.namedType());
        putName(attributes, hit.name());
      }
      case MOVE -> {
        ReferenceAttributes.FROM.put(attributes, key(hit, 1, hit.arg3()));
        ReferenceAttributes.TO.put(attributes, key(hit, 2, hit.arg4()));
        attributes.put(KeyringAttributes.KEYCTL_FLAGS, unsigned(hit.arg5()));
      }
      case CAPABILITIES -> attributes.put(KeyringAttributes.KEYCTL_BUFFER_SIZE, hit.arg3());
      case WATCH_KEY -> {
        attributes.put(KeyringAttributes.KEYCTL_WATCH_QUEUE_FD, signed(hit.arg3()));
        attributes.put(KeyringAttributes.KEYCTL_WATCH_ID, signed(hit.arg4()));
      }
      case REVOKE,
          CLEAR,
          ASSUME_AUTHORITY,
          SESSION_TO_PARENT,
          INVALIDATE,
          PKEY_QUERY,
          PKEY_ENCRYPT,
          PKEY_DECRYPT,
          PKEY_SIGN,
          PKEY_VERIFY -> {}
    }
  }

  private static void putType(HitAttributes.Builder attributes, KernelText type) {
    TextAttributes.KEYCTL_TYPE.put(attributes, type);
  }

  private void putName(HitAttributes.Builder attributes, KernelText name) {
    TextAttributes.KEYCTL_NAME.put(attributes, name, redactor.description(), redactor);
  }

  /** The key as the record has it, or at least as the argument names it. */
  private static KeyReference key(KeyctlHit hit, int index, long argument) {
    KeyReference key = hit.keys().get(index);
    return key.given() != 0 ? key : new KeyReference((int) argument, key.resolved());
  }

  private static long id(long argument) {
    return KeyctlSignature.Argument.ID.taken(argument);
  }

  private static long signed(long argument) {
    return KeyctlSignature.Argument.INT.taken(argument);
  }

  private static long unsigned(long argument) {
    return KeyctlSignature.Argument.UNSIGNED.taken(argument);
  }

  private static String defaultKeyring(long argument) {
    int number = (int) argument;
    return number >= -1 && number < DEFAULT_KEYRINGS.length - 1
        ? DEFAULT_KEYRINGS[number + 1]
        : Integer.toString(number);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.requestkey.capture.AddKeyHit;
import io.requestkey.capture.Caller;
import io.requestkey.capture.Errno;
import io.requestkey.capture.HitHeader;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyFreedHit;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.KeyctlHit;
import io.requestkey.capture.KeyctlOperation;
import io.requestkey.capture.Origin;
import io.requestkey.capture.RequestKeyHit;
import io.requestkey.capture.SpecialKeyring;
import io.requestkey.capture.UpcallHit;
import io.requestkey.telemetry.KeyctlSignature.Argument;
import java.util.HexFormat;

/** The attributes of a hit. {@link KeyringAttributes#LOG_RECORD_UID} is always put in last. */
final class HitAttributesMapper {

  private static final HexFormat HEX = HexFormat.of();

  private final String uidPrefix;

  /**
   * @param bootId /proc/sys/kernel/random/boot_id of the boot the hits are of
   */
  HitAttributesMapper(String bootId) {
    this.uidPrefix = bootId + "-";
  }

  /** All attributes of the log record; those of the span are all but the last. */
  HitAttributes attributes(KeyHit hit) {
    HitAttributes.Builder attributes = new HitAttributes.Builder();
    switch (hit) {
      case RequestKeyHit request -> putRequestKey(attributes, request);
      case AddKeyHit add -> putAddKey(attributes, add);
      case KeyctlHit keyctl -> putKeyctl(attributes, keyctl);
      case UpcallHit upcall -> attributes.put(KeyringAttributes.KEY_SERIAL, upcall.serial());
      case KeyFreedHit freed -> attributes.put(KeyringAttributes.KEY_SERIAL, freed.serial());
    }
    putOutcome(attributes, hit.header());
    putCaller(attributes, hit.header().caller());
    attributes.put(KeyringAttributes.LOG_RECORD_UID, uid(hit.header().sequence()));
    return attributes.build();
  }

  private String uid(long sequence) {
    return uidPrefix.concat(HEX.toHexDigits(sequence));
  }

  private static void putRequestKey(HitAttributes.Builder attributes, RequestKeyHit hit) {
    putReturnedKey(attributes, hit.header());
    putType(attributes, hit.type());
    putDescription(attributes, hit.description());
    putText(
        attributes,
        hit.calloutInfo(),
        KeyringAttributes.REQUEST_CALLOUT_INFO,
        KeyringAttributes.REQUEST_CALLOUT_INFO_STATE,
        KeyringAttributes.REQUEST_CALLOUT_INFO_TRUNCATED);
    if (hit.destination().given() != 0) {
      putSerial(
          attributes,
          hit.destination().given(),
          KeyringAttributes.REQUEST_DESTINATION_SERIAL,
          KeyringAttributes.REQUEST_DESTINATION_NAME);
    }
    attributes.put(KeyringAttributes.REQUEST_ORIGIN, KeyringAttributes.ORIGIN_USER);
    putSource(attributes, hit.header());
  }

  private static void putAddKey(HitAttributes.Builder attributes, AddKeyHit hit) {
    putReturnedKey(attributes, hit.header());
    putType(attributes, hit.type());
    putDescription(attributes, hit.description());
    putSerial(
        attributes,
        hit.keyring().given(),
        KeyringAttributes.ADD_KEY_DESTINATION_SERIAL,
        KeyringAttributes.ADD_KEY_DESTINATION_NAME);
    attributes.put(KeyringAttributes.ADD_KEY_PAYLOAD_SIZE, hit.payloadLength());
    putSource(attributes, hit.header());
  }

  private static void putKeyctl(HitAttributes.Builder attributes, KeyctlHit hit) {
    KeyctlOperation operation = KeyctlOperation.of(hit.operation());
    attributes.put(
        KeyringAttributes.KEYCTL_OPERATION,
        operation == null ? Integer.toString(hit.operation()) : operation.label());
    int serial = hit.target().serial();
    if (serial > 0) {
      attributes.put(KeyringAttributes.KEY_SERIAL, serial);
    }
    if (hit.target().given() != 0) {
      putSerial(
          attributes,
          hit.target().given(),
          KeyringAttributes.KEYCTL_TARGET_SERIAL,
          KeyringAttributes.KEYCTL_TARGET_NAME);
    }
    KeyctlSignature signature = KeyctlSignature.of(hit.operation());
    putArgument(attributes, KeyringAttributes.KEYCTL_ARG2, signature.arg2(), hit.arg2());
    putArgument(attributes, KeyringAttributes.KEYCTL_ARG3, signature.arg3(), hit.arg3());
    putArgument(attributes, KeyringAttributes.KEYCTL_ARG4, signature.arg4(), hit.arg4());
    putArgument(attributes, KeyringAttributes.KEYCTL_ARG5, signature.arg5(), hit.arg5());
    Origin origin = hit.origin();
    if (origin != null) {
      attributes.put(KeyringAttributes.ORIGIN_TRACE_ID, origin.traceId());
      attributes.put(KeyringAttributes.ORIGIN_SPAN_ID, origin.spanId());
    }
  }

  private static void putOutcome(HitAttributes.Builder attributes, HitHeader header) {
    attributes.put(KeyringAttributes.RESULT, header.result());
    if (header.failed()) {
      attributes.put(KeyringAttributes.ERROR_TYPE, Errno.name((int) -header.result()));
    }
    attributes.put(KeyringAttributes.DURATION, header.endBootNanos() - header.startBootNanos());
    if (header.compat()) {
      attributes.put(KeyringAttributes.CALL_COMPAT, true);
    }
  }

  private static void putCaller(HitAttributes.Builder attributes, Caller caller) {
    attributes
        .put(KeyringAttributes.PROCESS_PID, caller.ids().pid())
        .put(KeyringAttributes.PROCESS_PARENT_PID, caller.ids().parentPid())
        .put(
            KeyringAttributes.PROCESS_USER_ID,
            Integer.toUnsignedLong(caller.credentials().effectiveUid()))
        .put(
            KeyringAttributes.PROCESS_REAL_USER_ID,
            Integer.toUnsignedLong(caller.credentials().realUid()))
        .put(
            KeyringAttributes.CALLER_GID,
            Integer.toUnsignedLong(caller.credentials().effectiveGid()))
        .put(
            KeyringAttributes.CALLER_REAL_GID,
            Integer.toUnsignedLong(caller.credentials().realGid()))
        .put(KeyringAttributes.CALLER_TID, caller.ids().tid())
        .put(KeyringAttributes.CALLER_COMM, caller.comm())
        .put(KeyringAttributes.CALLER_CGROUP_ID, caller.cgroupId());
  }

  private static void putReturnedKey(HitAttributes.Builder attributes, HitHeader header) {
    if (header.result() > 0) {
      attributes.put(KeyringAttributes.KEY_SERIAL, header.result());
    }
  }

  private static void putType(HitAttributes.Builder attributes, KernelText type) {
    putText(
        attributes,
        type,
        KeyringAttributes.KEY_TYPE,
        KeyringAttributes.KEY_TYPE_STATE,
        KeyringAttributes.KEY_TYPE_TRUNCATED);
  }

  private static void putDescription(HitAttributes.Builder attributes, KernelText description) {
    putText(
        attributes,
        description,
        KeyringAttributes.KEY_DESCRIPTION,
        KeyringAttributes.KEY_DESCRIPTION_STATE,
        KeyringAttributes.KEY_DESCRIPTION_TRUNCATED);
  }

  private static void putSource(HitAttributes.Builder attributes, HitHeader header) {
    attributes.put(
        KeyringAttributes.ARGS_SOURCE,
        header.kernelCopies() ? KeyringAttributes.SOURCE_KERNEL : KeyringAttributes.SOURCE_USER);
  }

  private static void putText(
      HitAttributes.Builder attributes,
      KernelText text,
      AttributeKey<String> key,
      AttributeKey<String> stateKey,
      AttributeKey<Boolean> truncatedKey) {
    switch (text.state()) {
      case PRESENT -> {
        attributes.put(key, text.value());
        if (text.value().isEmpty()) {
          attributes.put(stateKey, KeyringAttributes.STATE_EMPTY);
        }
        if (text.truncated()) {
          attributes.put(truncatedKey, true);
        }
      }
      case NULL -> attributes.put(stateKey, KeyringAttributes.STATE_NULL);
      case UNREADABLE -> attributes.put(stateKey, KeyringAttributes.STATE_UNREADABLE);
      case ABSENT -> attributes.put(stateKey, KeyringAttributes.STATE_ABSENT);
    }
  }

  private static void putSerial(
      HitAttributes.Builder attributes,
      int serial,
      AttributeKey<Long> serialKey,
      AttributeKey<String> nameKey) {
    attributes.put(serialKey, serial);
    SpecialKeyring special = SpecialKeyring.of(serial);
    if (special != null) {
      attributes.put(nameKey, special.label());
    }
  }

  private static void putArgument(
      HitAttributes.Builder attributes, AttributeKey<Long> key, Argument argument, long given) {
    if (argument != Argument.NONE) {
      attributes.put(key, argument.taken(given));
    }
  }
}

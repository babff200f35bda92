/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.requestkey.capture.AddKeyHit;
import io.requestkey.capture.ApplicationSpan;
import io.requestkey.capture.Correlation;
import io.requestkey.capture.HitHeader;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyAccess;
import io.requestkey.capture.KeyFreedHit;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.KeyctlHit;
import io.requestkey.capture.KeyctlOperation;
import io.requestkey.capture.Origin;
import io.requestkey.capture.Outcome;
import io.requestkey.capture.RequestKeyHit;
import io.requestkey.capture.Tampering;
import io.requestkey.capture.UpcallHit;
import io.requestkey.telemetry.KeyctlSignature.Argument;
import io.requestkey.telemetry.Redaction.Level;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The attributes of a hit. {@link KeyringAttributes#LOG_RECORD_UID} is always put in last. */
final class HitAttributesMapper {

  private static final HexFormat HEX = HexFormat.of();

  /** Made once, not for each hit. */
  private static final Map<Enum<?>, String> LOWER_CASE = new ConcurrentHashMap<>();

  private final Redactor redactor;
  private final KeyctlArguments keyctlArguments;
  private final CallerAttributes callers = new CallerAttributes();

  HitAttributesMapper(Redactor redactor) {
    this.redactor = redactor;
    this.keyctlArguments = new KeyctlArguments(redactor);
  }

  /** All attributes of the log record; those of the span are all but the last. */
  HitAttributes attributes(KeyHit hit, Observation observation) {
    HitAttributes.Builder attributes = new HitAttributes.Builder();
    HitHeader header = hit.header();
    switch (hit) {
      case RequestKeyHit request -> putRequestKey(attributes, request);
      case AddKeyHit add -> putAddKey(attributes, add);
      case KeyctlHit keyctl -> putKeyctl(attributes, keyctl);
      case UpcallHit upcall -> putUpcall(attributes, upcall);
      case KeyFreedHit freed -> putKeyFreed(attributes, freed);
    }
    if (!(hit instanceof KeyFreedHit)) {
      putCall(attributes, header, Failure.of(hit));
    }
    boolean own = !(hit instanceof KeyFreedHit || hit instanceof UpcallHit);
    attributes.put(callers.of(header.caller(), observation, own));
    attributes.put(
        KeyringAttributes.LOG_RECORD_UID,
        observation.bootId() + "-" + HEX.toHexDigits(header.sequence()));
    return attributes.build();
  }

  private void putRequestKey(HitAttributes.Builder attributes, RequestKeyHit hit) {
    Level callout = redactor.callout(hit);
    putSerial(attributes, hit.header().result());
    TextAttributes.TYPE.put(attributes, hit.type());
    putDescription(attributes, hit.description());
    TextAttributes.CALLOUT_INFO.put(attributes, hit.calloutInfo(), callout, redactor);
    ReferenceAttributes.REQUEST_DESTINATION.put(attributes, hit.destination());
    attributes.put(
        KeyringAttributes.REQUEST_ORIGIN,
        hit.byKernel() ? KeyringAttributes.ORIGIN_KERNEL : KeyringAttributes.ORIGIN_USER);
    if (hit.outcome() != Outcome.UNKNOWN) {
      attributes.put(KeyringAttributes.REQUEST_OUTCOME, lowerCase(hit.outcome()));
    }
    putAccess(attributes, hit.access());
    putArguments(attributes, hit.header(), hit.tampering());
    putIfKnown(
        attributes, TextAttributes.USER_CALLOUT_INFO, hit.tampering().userCallout(), callout);
  }

  private void putAddKey(HitAttributes.Builder attributes, AddKeyHit hit) {
    putSerial(attributes, hit.header().result());
    TextAttributes.TYPE.put(attributes, hit.type());
    putDescription(attributes, hit.description());
    ReferenceAttributes.ADD_KEY_DESTINATION.put(attributes, hit.keyring());
    attributes.put(KeyringAttributes.ADD_KEY_PAYLOAD_SIZE, hit.payloadLength());
    putAccess(attributes, hit.access());
    putArguments(attributes, hit.header(), hit.tampering());
  }

  private void putKeyctl(HitAttributes.Builder attributes, KeyctlHit hit) {
    KeyctlOperation operation = KeyctlOperation.of(hit.operation());
    attributes.put(
        KeyringAttributes.KEYCTL_OPERATION,
        operation == null ? Integer.toString(hit.operation()) : operation.label());
    putSerial(attributes, hit.target().serial());
    putKnownKey(attributes, hit.type(), hit.description());
    putAccess(attributes, hit.access());
    ReferenceAttributes.TARGET.put(attributes, hit.target());
    keyctlArguments.put(attributes, hit, operation);
    KeyctlSignature signature = KeyctlSignature.of(hit.operation());
    if (signature.arg2() != Argument.NONE) {
      attributes.put(KeyringAttributes.KEYCTL_ARG2, signature.arg2().taken(hit.arg2()));
    }
    if (signature.arg3() != Argument.NONE) {
      attributes.put(KeyringAttributes.KEYCTL_ARG3, signature.arg3().taken(hit.arg3()));
    }
    if (signature.arg4() != Argument.NONE) {
      attributes.put(KeyringAttributes.KEYCTL_ARG4, signature.arg4().taken(hit.arg4()));
    }
    if (signature.arg5() != Argument.NONE) {
      attributes.put(KeyringAttributes.KEYCTL_ARG5, signature.arg5().taken(hit.arg5()));
    }
    putOrigin(attributes, hit.origin());
  }

  private void putUpcall(HitAttributes.Builder attributes, UpcallHit hit) {
    putSerial(attributes, hit.serial());
    putKnownKey(attributes, hit.type(), hit.description());
    if (hit.helperPid() != 0) {
      attributes.put(KeyringAttributes.UPCALL_HELPER_PID, hit.helperPid());
    }
    WaitStatus status = WaitStatus.of(hit);
    if (status != null && status.signal() != 0) {
      attributes.put(KeyringAttributes.UPCALL_EXIT_SIGNAL, status.signal());
    } else if (status != null) {
      attributes.put(KeyringAttributes.UPCALL_EXIT_STATUS, status.exit());
    }
    if (hit.authKey() != 0) {
      attributes.put(KeyringAttributes.UPCALL_AUTH_KEY_SERIAL, hit.authKey());
    }
  }

  private void putKeyFreed(HitAttributes.Builder attributes, KeyFreedHit hit) {
    putSerial(attributes, hit.serial());
    putKnownKey(attributes, hit.type(), hit.description());
    attributes.put(KeyringAttributes.KEY_END, lowerCase(hit.how()));
    putOrigin(attributes, hit.origin());
  }

  private static void putCall(
      HitAttributes.Builder attributes, HitHeader header, @Nullable String failure) {
    attributes.put(KeyringAttributes.RESULT, header.result());
    if (failure != null) {
      attributes.put(KeyringAttributes.ERROR_TYPE, failure);
    }
    attributes.put(KeyringAttributes.DURATION, header.endBootNanos() - header.startBootNanos());
    if (header.compat()) {
      attributes.put(KeyringAttributes.CALL_COMPAT, true);
    }
    if (header.restarts() != 0) {
      attributes.put(KeyringAttributes.CALL_RESTARTS, header.restarts());
    }
    if (header.correlation() != Correlation.NONE) {
      attributes.put(KeyringAttributes.CORRELATION_SOURCE, lowerCase(header.correlation()));
    }
    ApplicationSpan application = header.application();
    if (application != null && !application.parent()) {
      attributes.put(KeyringAttributes.APPLICATION_TRACE_ID, application.traceId());
      attributes.put(KeyringAttributes.APPLICATION_SPAN_ID, application.spanId());
    }
  }

  private void putArguments(
      HitAttributes.Builder attributes, HitHeader header, Tampering tampering) {
    attributes.put(
        KeyringAttributes.ARGS_SOURCE,
        header.kernelCopies() ? KeyringAttributes.SOURCE_KERNEL : KeyringAttributes.SOURCE_USER);
    attributes.put(KeyringAttributes.ARGS_TAMPERING, lowerCase(tampering.verdict()));
    if (tampering.reason() != Tampering.Reason.NONE) {
      attributes.put(KeyringAttributes.ARGS_TAMPERING_REASON, lowerCase(tampering.reason()));
    }
    putIfKnown(attributes, TextAttributes.USER_TYPE, tampering.userType(), Level.FULL);
    putIfKnown(
        attributes,
        TextAttributes.USER_DESCRIPTION,
        tampering.userDescription(),
        redactor.description());
  }

  private void putDescription(HitAttributes.Builder attributes, KernelText description) {
    TextAttributes.DESCRIPTION.put(attributes, description, redactor.description(), redactor);
  }

  /** Of a key that exists: what the kernel did not have is not told, and is no argument. */
  private void putKnownKey(
      HitAttributes.Builder attributes, KernelText type, KernelText description) {
    putIfKnown(attributes, TextAttributes.TYPE, type, Level.FULL);
    putIfKnown(attributes, TextAttributes.DESCRIPTION, description, redactor.description());
  }

  private void putIfKnown(
      HitAttributes.Builder attributes, TextAttributes keys, KernelText text, Level level) {
    if (text.state() != KernelText.State.ABSENT) {
      keys.put(attributes, text, level, redactor);
    }
  }

  private static void putSerial(HitAttributes.Builder attributes, long serial) {
    if (serial > 0) {
      attributes.put(KeyringAttributes.KEY_SERIAL, serial);
    }
  }

  private static void putAccess(HitAttributes.Builder attributes, @Nullable KeyAccess access) {
    if (access != null) {
      attributes
          .put(KeyringAttributes.KEY_UID, Integer.toUnsignedLong(access.uid()))
          .put(KeyringAttributes.KEY_GID, Integer.toUnsignedLong(access.gid()))
          .put(KeyringAttributes.KEY_PERMISSIONS, Integer.toUnsignedLong(access.permissions()))
          .put(KeyringAttributes.KEY_PERMISSIONS_TEXT, Permissions.text(access.permissions()));
    }
  }

  private static void putOrigin(HitAttributes.Builder attributes, @Nullable Origin origin) {
    if (origin != null) {
      attributes.put(KeyringAttributes.ORIGIN_TRACE_ID, origin.traceId());
      attributes.put(KeyringAttributes.ORIGIN_SPAN_ID, origin.spanId());
    }
  }

  private static String lowerCase(Enum<?> value) {
    return LOWER_CASE.computeIfAbsent(value, known -> known.name().toLowerCase(Locale.ROOT));
  }
}

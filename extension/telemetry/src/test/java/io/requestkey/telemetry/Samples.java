/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.requestkey.telemetry.Hits.header;

import io.opentelemetry.api.common.AttributeKey;
import io.requestkey.capture.AddKeyHit;
import io.requestkey.capture.Caller;
import io.requestkey.capture.Correlation;
import io.requestkey.capture.Credentials;
import io.requestkey.capture.HitHeader;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyAccess;
import io.requestkey.capture.KeyEnd;
import io.requestkey.capture.KeyFreedHit;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.KeyReference;
import io.requestkey.capture.KeyctlHit;
import io.requestkey.capture.KeyctlOperation;
import io.requestkey.capture.Outcome;
import io.requestkey.capture.ProcessIds;
import io.requestkey.capture.RequestKeyHit;
import io.requestkey.capture.ServiceCredentials;
import io.requestkey.capture.Tampering;
import io.requestkey.capture.UpcallHit;
import io.requestkey.telemetry.Redaction.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Hits with everything a record can have, each in every state. */
final class Samples {

  private static final KernelText CUT = new KernelText(KernelText.State.PRESENT, "x", true);
  private static final KeyAccess ACCESS = new KeyAccess(1000, 1000, 0x3f010000);
  private static final List<KernelText> TEXTS =
      List.of(KernelText.NULL, KernelText.UNREADABLE, KernelText.ABSENT, KernelText.of(""), CUT);

  /** A caller of whom all is known: in a container, acting for another, in paths too long. */
  private static final Caller CONTAINED =
      new Caller(
          new ProcessIds(4242, 4243, 1),
          new ProcessIds(42, 43, 0),
          1_000_000_000,
          500_000_000,
          new Credentials(1000, 1000, 0, 0),
          new ServiceCredentials(33, 33),
          1000,
          555,
          "mount.nfs",
          new KernelText(KernelText.State.PRESENT, "bin/mount.nfs", true),
          77,
          new KernelText(
              KernelText.State.PRESENT,
              "/kubepods/pod275ecb36-5aa8-4c2a-9c47-d8bb681b9aff/" + "a".repeat(64),
              true),
          1,
          2,
          KernelText.of("checkout"));

  static List<Redaction> redactions() {
    return List.of(
        Redaction.DEFAULT,
        new Redaction(Level.HASH, Level.HASH, "salt"),
        new Redaction(Level.LENGTH, Level.LENGTH, ""),
        new Redaction(Level.OFF, Level.OFF, ""));
  }

  /** Attributes whose values are all the names of a Java enum. */
  static Map<AttributeKey<String>, Enum<?>[]> enums() {
    return Map.of(
        KeyringAttributes.KEY_END, KeyEnd.values(),
        KeyringAttributes.ARGS_TAMPERING, Tampering.Verdict.values(),
        KeyringAttributes.ARGS_TAMPERING_REASON, without(Tampering.Reason.NONE),
        KeyringAttributes.REQUEST_OUTCOME, without(Outcome.UNKNOWN),
        KeyringAttributes.CORRELATION_SOURCE, without(Correlation.NONE),
        KeyringAttributes.KEY_DESCRIPTION_REDACTED, without(Level.FULL),
        KeyringAttributes.KEY_TYPE_STATE, KernelStates.values());
  }

  /** Why a text has no usable value: present ones are told to be empty. */
  private enum KernelStates {
    NULL,
    EMPTY,
    UNREADABLE,
    ABSENT
  }

  private static Enum<?>[] without(Enum<?> value) {
    return Arrays.stream(value.getDeclaringClass().getEnumConstants())
        .filter(other -> other != value)
        .toArray(Enum<?>[]::new);
  }

  static List<KeyHit> everyShape() {
    List<KeyHit> hits = new ArrayList<>();
    hits.add(Hits.requestKey());
    hits.add(Hits.calledBy(Hits.application(1, true)));
    hits.add(Hits.calledBy(Hits.application(1, false)));
    for (HitHeader header : headers()) {
      for (KernelText text : TEXTS) {
        for (Tampering.Verdict verdict : Tampering.Verdict.values()) {
          Tampering tampering = new Tampering(verdict, Tampering.Reason.NONE, text, text, text);
          hits.add(request(header, text, Outcome.FOUND, tampering, ACCESS));
          hits.add(
              new AddKeyHit(header, text, text, 32, new KeyReference(-3, 9), tampering, ACCESS));
        }
        hits.add(new KeyFreedHit(header, 5, KeyEnd.EXPIRED, text, text, Hits.ORIGIN));
        hits.add(new UpcallHit(header, 5, 6, 7, text, text));
        for (KeyctlOperation operation : KeyctlOperation.values()) {
          hits.add(keyctl(header, operation.number(), text));
        }
        hits.add(keyctl(header, 4711, text));
      }
    }
    for (Outcome outcome : Outcome.values()) {
      hits.add(request(header(1), CUT, outcome, Tampering.NOT_WATCHED, null));
    }
    for (Tampering.Reason reason : Tampering.Reason.values()) {
      hits.add(
          new AddKeyHit(
              header(1), CUT, CUT, 0, KeyReference.NONE, Tampering.unknown(reason), null));
      hits.add(request(header(1), CUT, Outcome.FOUND, Tampering.unknown(reason), null));
    }
    for (KeyEnd end : KeyEnd.values()) {
      hits.add(new KeyFreedHit(header(0), 5, end, CUT, CUT, null));
    }
    hits.add(Hits.upcall(9));
    hits.add(Hits.upcall(256));
    hits.add(Hits.requestKey());
    return hits;
  }

  private static List<HitHeader> headers() {
    List<HitHeader> headers = new ArrayList<>();
    for (Correlation correlation : Correlation.values()) {
      headers.add(
          new HitHeader(
              1,
              Hits.TRACE_ID,
              Hits.SPAN_ID,
              Hits.PARENT,
              1,
              2,
              correlation == Correlation.NONE ? -126 : 5,
              true,
              true,
              3,
              correlation,
              Hits.application(1, false),
              CONTAINED));
    }
    return headers;
  }

  private static RequestKeyHit request(
      HitHeader header,
      KernelText text,
      Outcome outcome,
      Tampering tampering,
      @Nullable KeyAccess access) {
    return new RequestKeyHit(
        header, text, text, text, new KeyReference(-3, 9), true, outcome, tampering, access);
  }

  private static KeyctlHit keyctl(HitHeader header, int operation, KernelText text) {
    KeyReference key = new KeyReference(-3, 9);
    return new KeyctlHit(
        header,
        operation,
        -3,
        -3,
        129,
        -3,
        List.of(key, key, key, key),
        text,
        text,
        text,
        text,
        ACCESS,
        Hits.ORIGIN);
  }

  private Samples() {}
}

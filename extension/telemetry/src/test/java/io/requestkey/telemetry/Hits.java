/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.equalTo;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.assertj.AttributeAssertion;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.capture.AddKeyHit;
import io.requestkey.capture.ApplicationSpan;
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
import io.requestkey.capture.Origin;
import io.requestkey.capture.Outcome;
import io.requestkey.capture.ProcessIds;
import io.requestkey.capture.RequestKeyHit;
import io.requestkey.capture.Tampering;
import io.requestkey.capture.UpcallHit;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Hits for tests: one caller, one moment, varied where a test says so. */
final class Hits {

  static final String BOOT_ID = "6f1f3f4e-9a53-4c0e-8a77-52a7b2a0c001";
  static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
  static final String SPAN_ID = "b7ad6b7169203331";
  static final Origin ORIGIN = new Origin("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");

  static final String PARENT = "00000000000000aa";

  static final int ENOKEY = 126;
  static final int SERIAL = 123456789;
  static final long START = 5_000_000_000L;
  static final long DURATION = 1_850;

  /** 2026-01-02T03:04:05Z at the time of boot, so hits are 5 s later. */
  static final long BOOT_EPOCH = 1_767_323_045_000_000_000L;

  static final long START_EPOCH = BOOT_EPOCH + START;

  /** Read 200 ms after the call. */
  static final Observation OBSERVED =
      new Observation(BOOT_ID, START_EPOCH + 200_000_000, BOOT_EPOCH);

  static final Caller CALLER =
      caller(new ProcessIds(4242, 4243, 1), new Credentials(1000, 1001, 0, 1002), "mount.nfs");

  static Caller caller(ProcessIds ids, Credentials credentials, String comm) {
    return new Caller(
        ids,
        new ProcessIds(42, 43, 0),
        1_000_000_000,
        500_000_000,
        credentials,
        null,
        null,
        0,
        comm,
        KernelText.of("/usr/sbin/mount.nfs"),
        77_000_000_001L,
        KernelText.of("/system.slice/nfs.service"),
        4026531837L,
        4026531836L,
        KernelText.ABSENT);
  }

  static HitHeader header(long result) {
    return header(result, false, true);
  }

  static HitHeader header(long result, boolean compat, boolean kernelCopies) {
    return header(0x2a, START, START + DURATION, result, compat, kernelCopies, CALLER);
  }

  static HitHeader header(
      long sequence,
      long start,
      long end,
      long result,
      boolean compat,
      boolean kernelCopies,
      Caller caller) {
    return new HitHeader(
        sequence,
        TRACE_ID,
        SPAN_ID,
        null,
        start,
        end,
        result,
        compat,
        kernelCopies,
        0,
        Correlation.NONE,
        null,
        caller);
  }

  static RequestKeyHit requestKey() {
    return requestKey(
        header(SERIAL),
        KernelText.of("user"),
        KernelText.of("debug:x"),
        KernelText.of("gizzard"),
        -3);
  }

  static RequestKeyHit requestKey(
      HitHeader header,
      KernelText type,
      KernelText description,
      KernelText calloutInfo,
      int destination) {
    return new RequestKeyHit(
        header,
        type,
        description,
        calloutInfo,
        new KeyReference(destination, 0),
        false,
        Outcome.UNKNOWN,
        Tampering.NOT_WATCHED,
        null);
  }

  static RequestKeyHit requestKeyDescribed(KernelText description) {
    return requestKey(header(SERIAL), KernelText.of("user"), description, KernelText.NULL, 0);
  }

  static AddKeyHit addKey(HitHeader header) {
    return addKey(header, KernelText.of("logon"), KernelText.of("afs:me"), 32, -4);
  }

  static AddKeyHit addKey(
      HitHeader header, KernelText type, KernelText description, long length, int keyring) {
    return new AddKeyHit(
        header,
        type,
        description,
        length,
        new KeyReference(keyring, 0),
        Tampering.NOT_WATCHED,
        null);
  }

  static KeyctlHit read(@Nullable Origin origin) {
    return keyctl(
        KeyctlOperation.READ, header(8), SERIAL, 0x7ffc0000, 64, 0xdead, SERIAL, 0, origin);
  }

  static KeyctlHit keyctl(
      KeyctlOperation operation,
      HitHeader header,
      long arg2,
      long arg3,
      long arg4,
      long arg5,
      int serial,
      int resolved,
      @Nullable Origin origin) {
    return keyctl(operation.number(), header, arg2, arg3, arg4, arg5, serial, resolved, origin);
  }

  static KeyctlHit keyctl(
      int operation,
      HitHeader header,
      long arg2,
      long arg3,
      long arg4,
      long arg5,
      int serial,
      int resolved,
      @Nullable Origin origin) {
    return new KeyctlHit(
        header,
        operation,
        arg2,
        arg3,
        arg4,
        arg5,
        List.of(
            new KeyReference(serial, resolved),
            KeyReference.NONE,
            KeyReference.NONE,
            KeyReference.NONE),
        KernelText.ABSENT,
        KernelText.ABSENT,
        KernelText.ABSENT,
        KernelText.ABSENT,
        null,
        origin);
  }

  /** An operation on a special keyring whose real serial the kernel did, or did not, tell. */
  static KeyctlHit clearSession(int resolved) {
    return keyctl(
        KeyctlOperation.CLEAR, header(0), 0xfffffffdL, 1, 2, 3, /* serial= */ -3, resolved, null);
  }

  static KeyctlHit unknownOperation() {
    return keyctl(4711, header(-95), 1, -2, 3, 4, 0, 0, null);
  }

  /** A run of the helper for {@link #SERIAL}. */
  static UpcallHit upcall(long waitStatus) {
    return upcall(header(waitStatus), KernelText.of("debug:x"));
  }

  static UpcallHit upcall(HitHeader header, KernelText description) {
    return new UpcallHit(header, SERIAL, 77, 6661, KernelText.of("user"), description);
  }

  static UpcallHit upcallOf(KernelText description) {
    return upcall(header(0), description);
  }

  static KeyFreedHit keyFreed(@Nullable Origin origin) {
    return keyFreed(KernelText.of("debug:x"), origin);
  }

  static KeyFreedHit keyFreedOf(KernelText description) {
    return keyFreed(description, ORIGIN);
  }

  private static KeyFreedHit keyFreed(KernelText description, @Nullable Origin origin) {
    return new KeyFreedHit(
        header(0), SERIAL, KeyEnd.REVOKED, KernelText.of("user"), description, origin);
  }

  /** A search of the session keyring that links what it finds to the process keyring. */
  static KeyctlHit search(KernelText description) {
    return new KeyctlHit(
        header(SERIAL),
        KeyctlOperation.SEARCH.number(),
        -3,
        0x7f01,
        0x7f02,
        -2,
        List.of(
            new KeyReference(0, SERIAL),
            new KeyReference(-3, 10),
            new KeyReference(-2, 11),
            KeyReference.NONE),
        KernelText.of("user"),
        description,
        KernelText.of("user"),
        description,
        null,
        ORIGIN);
  }

  static ApplicationSpan application(int flags, boolean parent) {
    return new ApplicationSpan(ORIGIN.traceId(), PARENT, flags, parent);
  }

  /** A request by a thread that has a current span. */
  static RequestKeyHit calledBy(ApplicationSpan application) {
    return with(
        requestKey(),
        new HitHeader(
            0x2a,
            application.parent() ? application.traceId() : TRACE_ID,
            SPAN_ID,
            application.parent() ? application.spanId() : null,
            START,
            START + DURATION,
            SERIAL,
            false,
            true,
            0,
            Correlation.SDK_TLS,
            application,
            CALLER));
  }

  /** A request with a parent in its trace. */
  static RequestKeyHit within(String parentSpanId, RequestKeyHit hit) {
    return with(hit, child(parentSpanId, SPAN_ID, hit.header().result()));
  }

  static HitHeader child(@Nullable String parentSpanId, String spanId, long result) {
    return new HitHeader(
        0x2b,
        TRACE_ID,
        spanId,
        parentSpanId,
        START,
        START + DURATION,
        result,
        false,
        true,
        0,
        Correlation.NONE,
        null,
        CALLER);
  }

  static RequestKeyHit with(RequestKeyHit hit, HitHeader header) {
    return new RequestKeyHit(
        header,
        hit.type(),
        hit.description(),
        hit.calloutInfo(),
        hit.destination(),
        hit.byKernel(),
        hit.outcome(),
        hit.tampering(),
        hit.access());
  }

  /** A request whose caller put another description and callout there meanwhile. */
  static RequestKeyHit tampered(Tampering.Verdict verdict) {
    RequestKeyHit hit = requestKey();
    return new RequestKeyHit(
        hit.header(),
        hit.type(),
        hit.description(),
        hit.calloutInfo(),
        new KeyReference(-3, 888),
        true,
        Outcome.CONSTRUCTED,
        new Tampering(
            verdict,
            Tampering.Reason.NONE,
            KernelText.ABSENT,
            KernelText.of("debug:other"),
            KernelText.NULL),
        new KeyAccess(1000, -1, 0x3f010000));
  }

  /** A keyctl call with all that a record can have. */
  static KeyctlHit fullKeyctl(KeyctlOperation operation, long arg4, KernelText name) {
    return new KeyctlHit(
        header(0),
        operation.number(),
        -3,
        -4,
        arg4,
        -5,
        List.of(
            new KeyReference(-2, SERIAL),
            new KeyReference(-3, 10),
            new KeyReference(-4, 11),
            new KeyReference(-5, 12)),
        KernelText.of("keyring"),
        KernelText.of("_ses"),
        name,
        name,
        new KeyAccess(0, 0, 0x3f1f0000),
        ORIGIN);
  }

  static KeyTelemetry telemetry() {
    return telemetry(Redaction.DEFAULT);
  }

  static KeyTelemetry telemetry(Redaction redaction) {
    return KeyTelemetry.create(Resource.empty(), "1.2.3", redaction);
  }

  /** These attributes and those of {@link #CALLER}, as a log record has them. */
  static AttributeAssertion[] andCaller(AttributeAssertion... attributes) {
    return Stream.concat(
            Arrays.stream(attributes),
            Stream.of(
                equalTo(KeyringAttributes.PROCESS_PID, 4242),
                equalTo(KeyringAttributes.PROCESS_PARENT_PID, 1),
                equalTo(KeyringAttributes.PROCESS_VPID, 42),
                equalTo(KeyringAttributes.PROCESS_CREATION_TIME, "2026-01-02T03:04:06Z"),
                equalTo(KeyringAttributes.PROCESS_EXECUTABLE_PATH, "/usr/sbin/mount.nfs"),
                equalTo(KeyringAttributes.PROCESS_EXECUTABLE_NAME, "mount.nfs"),
                equalTo(KeyringAttributes.PROCESS_LINUX_CGROUP, "/system.slice/nfs.service"),
                equalTo(KeyringAttributes.PROCESS_USER_ID, 0),
                equalTo(KeyringAttributes.PROCESS_REAL_USER_ID, 1000),
                equalTo(KeyringAttributes.CALLER_GID, 1002),
                equalTo(KeyringAttributes.CALLER_REAL_GID, 1001),
                equalTo(KeyringAttributes.CALLER_TID, 4243),
                equalTo(KeyringAttributes.CALLER_VTID, 43),
                equalTo(KeyringAttributes.CALLER_PARENT_VPID, 0),
                equalTo(KeyringAttributes.CALLER_PARENT_CREATION_TIME, "2026-01-02T03:04:05.500Z"),
                equalTo(KeyringAttributes.CALLER_COMM, "mount.nfs"),
                equalTo(KeyringAttributes.CALLER_CGROUP_ID, 77_000_000_001L),
                equalTo(KeyringAttributes.CALLER_USER_NAMESPACE, 4026531837L),
                equalTo(KeyringAttributes.CALLER_PID_NAMESPACE, 4026531836L),
                equalTo(KeyringAttributes.LOG_RECORD_UID, BOOT_ID + "-000000000000002a")))
        .toArray(AttributeAssertion[]::new);
  }

  static Attributes attributes(KeyHit hit) {
    return telemetry().log(hit, OBSERVED).getAttributes();
  }

  static String body(KeyHit hit) {
    return body(hit, Redaction.DEFAULT);
  }

  static String body(KeyHit hit, Redaction redaction) {
    return Objects.requireNonNull(telemetry(redaction).log(hit, OBSERVED).getBodyValue())
        .asString();
  }

  /** The span of a hit that has one. */
  static SpanData span(KeyHit hit) {
    return Objects.requireNonNull(telemetry().span(hit, OBSERVED));
  }

  private Hits() {}
}

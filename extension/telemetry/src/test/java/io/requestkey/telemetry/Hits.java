/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.sdk.resources.Resource;
import io.requestkey.capture.AddKeyHit;
import io.requestkey.capture.Caller;
import io.requestkey.capture.Correlation;
import io.requestkey.capture.Credentials;
import io.requestkey.capture.HitHeader;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyReference;
import io.requestkey.capture.KeyctlHit;
import io.requestkey.capture.KeyctlOperation;
import io.requestkey.capture.Origin;
import io.requestkey.capture.Outcome;
import io.requestkey.capture.ProcessIds;
import io.requestkey.capture.RequestKeyHit;
import io.requestkey.capture.Tampering;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hits for tests: one caller, one moment, varied where a test says so. */
final class Hits {

  static final String BOOT_ID = "6f1f3f4e-9a53-4c0e-8a77-52a7b2a0c001";
  static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
  static final String SPAN_ID = "b7ad6b7169203331";
  static final Origin ORIGIN = new Origin("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");

  static final int ENOKEY = 126;
  static final int SERIAL = 123456789;
  static final long START = 5_000_000_000L;
  static final long DURATION = 1_850;

  /** 2026-01-02T03:04:05Z at the time of boot, so hits are 5 s later. */
  static final ClockAnchor CLOCK = new ClockAnchor(0, 1_767_323_045_000_000_000L);

  static final long START_EPOCH = CLOCK.epochNanos() + START;
  static final long OBSERVED = START_EPOCH + 200_000_000;

  static final Caller CALLER =
      caller(new ProcessIds(4242, 4243, 1), new Credentials(1000, 1001, 0, 1002), "mount.nfs");

  static Caller caller(ProcessIds ids, Credentials credentials, String comm) {
    return new Caller(
        ids,
        ids,
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
        4026531836L);
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

  static KeyTelemetry telemetry() {
    return telemetry(CLOCK);
  }

  static KeyTelemetry telemetry(BootClock clock) {
    return KeyTelemetry.create(Resource.empty(), "1.2.3", BOOT_ID, clock);
  }

  private Hits() {}
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.requestkey.capture.AddKeyHit;
import io.requestkey.capture.Errno;
import io.requestkey.capture.HitHeader;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyFreedHit;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.KeyctlHit;
import io.requestkey.capture.KeyctlOperation;
import io.requestkey.capture.Origin;
import io.requestkey.capture.RequestKeyHit;
import io.requestkey.capture.UpcallHit;
import java.util.List;

/**
 * Turns hits into log records and spans.
 *
 * <p>A pure function of the hit, the observed time and what it was made with: the same input gives
 * equal telemetry, so a hit read from a journal a second time becomes a duplicate that a backend
 * can tell, not a second event. Boot id, clock and observed time belong to the hit, not to the
 * process that delivers it; a journal keeps them, and makes one of these for each boot it has hits
 * of.
 *
 * <p>Both signals begin at the entry of the call. By that time a request comes before what its
 * helper did for it; by the time of the return it would come after. The end is the start plus the
 * duration by kernel time, so that a step of the wall clock in between cannot make a span of
 * negative length.
 *
 * <p>Immutable, cheap to make, and safe for use by several threads.
 */
public final class KeyTelemetry {

  private static final Attributes LINK_TO_ORIGIN =
      Attributes.of(KeyringAttributes.LINK_RELATION, KeyringAttributes.RELATION_ORIGIN);

  private final Resource resource;
  private final InstrumentationScopeInfo scope;
  private final BootClock clock;
  private final HitAttributesMapper mapper;

  /**
   * Makes telemetry of the hits of one boot.
   *
   * @param resource describes this host and agent, not the caller of a hit
   * @param version version of this software, for the instrumentation scope
   * @param bootId /proc/sys/kernel/random/boot_id of that boot
   * @param clock wall-clock time of that boot's kernel time
   */
  public static KeyTelemetry create(
      Resource resource, String version, String bootId, BootClock clock) {
    return new KeyTelemetry(
        resource,
        InstrumentationScopeInfo.builder(KeyringEvents.SCOPE).setVersion(version).build(),
        clock,
        new HitAttributesMapper(bootId));
  }

  private KeyTelemetry(
      Resource resource,
      InstrumentationScopeInfo scope,
      BootClock clock,
      HitAttributesMapper mapper) {
    this.resource = resource;
    this.scope = scope;
    this.clock = clock;
    this.mapper = mapper;
  }

  /**
   * The log record and the span of a hit; cheaper than asking for one and then the other.
   *
   * @param observedEpochNanos when the hit was read from the kernel, in ns since 1970
   */
  public KeySignals signals(KeyHit hit, long observedEpochNanos) {
    HitAttributes attributes = mapper.attributes(hit);
    SpanContext context = context(hit.header());
    long start = start(hit);
    return new KeySignals(
        log(hit, observedEpochNanos, attributes, context, start),
        span(hit, attributes, context, start));
  }

  /**
   * The log record of a hit.
   *
   * @param observedEpochNanos when the hit was read from the kernel, in ns since 1970
   */
  public LogRecordData log(KeyHit hit, long observedEpochNanos) {
    return log(hit, observedEpochNanos, mapper.attributes(hit), context(hit.header()), start(hit));
  }

  /** The span of a hit. */
  public SpanData span(KeyHit hit) {
    return span(hit, mapper.attributes(hit), context(hit.header()), start(hit));
  }

  private LogRecordData log(
      KeyHit hit, long observed, HitAttributes attributes, SpanContext context, long start) {
    return new HitLogRecord(
        resource,
        scope,
        eventName(hit),
        start,
        observed,
        context,
        hit.header().failed() ? Severity.WARN : Severity.INFO,
        Value.of(CallLine.of(hit)),
        attributes);
  }

  private SpanData span(KeyHit hit, HitAttributes attributes, SpanContext context, long start) {
    HitHeader header = hit.header();
    return new HitSpan(
        resource,
        scope,
        spanName(hit),
        context,
        start,
        start + header.endBootNanos() - header.startBootNanos(),
        status(header),
        attributes.withoutLast(),
        links(hit));
  }

  private long start(KeyHit hit) {
    return clock.epochNanos(hit.header().startBootNanos());
  }

  private static String eventName(KeyHit hit) {
    return switch (hit) {
      case RequestKeyHit request -> KeyringEvents.REQUEST_KEY;
      case AddKeyHit add -> KeyringEvents.ADD_KEY;
      case KeyctlHit keyctl -> KeyringEvents.KEYCTL;
      case UpcallHit upcall -> KeyringEvents.UPCALL;
      case KeyFreedHit freed -> KeyringEvents.KEY_FREED;
    };
  }

  /** Names of low cardinality: nothing a caller can make up becomes part of one. */
  private static String spanName(KeyHit hit) {
    return switch (hit) {
      // request_key_and_link() is reached only with a type that is registered.
      case RequestKeyHit request ->
          spanName("request_key", request.type(), request.header().kernelCopies());
      // key_create_or_update() looks the type up itself, so only success shows that there is one.
      case AddKeyHit add ->
          spanName("add_key", add.type(), add.header().kernelCopies() && !add.header().failed());
      case KeyctlHit keyctl -> {
        KeyctlOperation operation = KeyctlOperation.of(keyctl.operation());
        yield operation == null ? "keyctl" : "keyctl ".concat(operation.label());
      }
      case UpcallHit upcall -> "upcall /sbin/request-key";
      case KeyFreedHit freed -> "key freed";
    };
  }

  private static String spanName(String call, KernelText type, boolean registered) {
    return (registered && type.present() && !type.truncated()) || KeyTypes.inTree(type.value())
        ? call + " " + type.value()
        : call;
  }

  private static StatusData status(HitHeader header) {
    return header.failed()
        ? StatusData.create(StatusCode.ERROR, Errno.name((int) -header.result()))
        : StatusData.unset();
  }

  private static List<LinkData> links(KeyHit hit) {
    return hit instanceof KeyctlHit keyctl && keyctl.origin() != null
        ? List.of(LinkData.create(context(keyctl.origin()), LINK_TO_ORIGIN))
        : List.of();
  }

  private static SpanContext context(HitHeader header) {
    return context(header.traceId(), header.spanId());
  }

  private static SpanContext context(Origin origin) {
    return context(origin.traceId(), origin.spanId());
  }

  /**
   * Sampled: every span made here is exported. Not remote, links included: "remote" is for a
   * context that a propagator carried in, while an origin was minted by the same kernel programs.
   */
  private static SpanContext context(String traceId, String spanId) {
    return SpanContext.create(traceId, spanId, TraceFlags.getSampled(), TraceState.getDefault());
  }
}

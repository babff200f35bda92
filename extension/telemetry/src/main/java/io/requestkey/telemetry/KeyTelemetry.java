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
import io.requestkey.capture.ApplicationSpan;
import io.requestkey.capture.HitHeader;
import io.requestkey.capture.HitKind;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyFreedHit;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.KeyctlHit;
import io.requestkey.capture.KeyctlOperation;
import io.requestkey.capture.Origin;
import io.requestkey.capture.RequestKeyHit;
import io.requestkey.capture.Tampering;
import io.requestkey.capture.UpcallHit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns hits into log records and spans.
 *
 * <p>A pure function of the hit, its observation and what it was made with: the same input gives
 * equal telemetry, so a hit read from a journal a second time becomes a duplicate that a backend
 * can tell, not a second event.
 *
 * <p>Both signals begin at the entry of the call. By that time a request comes before what its
 * helper did for it; by the time of the return it would come after. The end is the start plus the
 * duration by kernel time, so that a step of the wall clock in between cannot make a span of
 * negative length.
 *
 * <p>Immutable as far as anyone can see, and safe for use by several threads. One is enough for
 * hits of all boots.
 */
public final class KeyTelemetry {

  private static final Set<HitKind> KINDS_WITH_SPANS =
      Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(HitKind.KEY_FREED)));

  private static final Attributes LINK_TO_ORIGIN =
      Attributes.of(KeyringAttributes.LINK_RELATION, KeyringAttributes.RELATION_ORIGIN);

  private static final Attributes LINK_TO_APPLICATION =
      Attributes.of(KeyringAttributes.LINK_RELATION, KeyringAttributes.RELATION_APPLICATION);

  private final Resource resource;
  private final InstrumentationScopeInfo scope;
  private final Redactor redactor;
  private final HitAttributesMapper mapper;

  /**
   * Makes telemetry.
   *
   * @param resource describes this host and agent, not the caller of a hit
   * @param version version of this software, for the instrumentation scope
   * @param redaction how much of the callers' texts is told
   */
  public static KeyTelemetry create(Resource resource, String version, Redaction redaction) {
    Redactor redactor = new Redactor(redaction);
    return new KeyTelemetry(
        resource,
        InstrumentationScopeInfo.builder(KeyringEvents.SCOPE).setVersion(version).build(),
        redactor,
        new HitAttributesMapper(redactor));
  }

  private KeyTelemetry(
      Resource resource,
      InstrumentationScopeInfo scope,
      Redactor redactor,
      HitAttributesMapper mapper) {
    this.resource = resource;
    this.scope = scope;
    this.redactor = redactor;
    this.mapper = mapper;
  }

  /** The kinds of hits that become a span; each hit of any kind becomes a log record. */
  public static Set<HitKind> kindsWithSpans() {
    return KINDS_WITH_SPANS;
  }

  /** The log record and the span of a hit; cheaper than asking for one and then the other. */
  public KeySignals signals(KeyHit hit, Observation observation) {
    HitAttributes attributes = mapper.attributes(hit, observation);
    return new KeySignals(
        log(hit, observation, attributes),
        hit instanceof KeyFreedHit ? null : span(hit, observation, attributes));
  }

  /** The log record of a hit. There is one for every kind. */
  public LogRecordData log(KeyHit hit, Observation observation) {
    return log(hit, observation, mapper.attributes(hit, observation));
  }

  /** The span of a hit; null for a kind that is not among {@link #kindsWithSpans()}. */
  public @Nullable SpanData span(KeyHit hit, Observation observation) {
    return hit instanceof KeyFreedHit
        ? null
        : span(hit, observation, mapper.attributes(hit, observation));
  }

  private LogRecordData log(KeyHit hit, Observation observation, HitAttributes attributes) {
    HitHeader header = hit.header();
    ApplicationSpan application = header.application();
    return new HitLogRecord(
        resource,
        scope,
        eventName(hit),
        observation.epochNanos(header.startBootNanos()),
        observation.observedEpochNanos(),
        logContext(hit),
        severity(hit),
        Value.of(CallLine.of(hit, redactor)),
        attributes,
        application != null && application.parent() ? null : header.parentSpanId());
  }

  private SpanData span(KeyHit hit, Observation observation, HitAttributes attributes) {
    HitHeader header = hit.header();
    long start = observation.epochNanos(header.startBootNanos());
    TraceFlags flags = flags(header);
    String parent = header.parentSpanId();
    return new HitSpan(
        resource,
        scope,
        spanName(hit),
        context(header.traceId(), header.spanId(), flags),
        parent == null ? SpanContext.getInvalid() : context(header.traceId(), parent, flags),
        start,
        start + header.endBootNanos() - header.startBootNanos(),
        status(hit),
        attributes.withoutLast(),
        links(hit));
  }

  /** ERROR for a caller that cheats, WARN for a call that did not get what it asked for. */
  private static Severity severity(KeyHit hit) {
    Tampering.Verdict verdict =
        switch (hit) {
          case RequestKeyHit request -> request.tampering().verdict();
          case AddKeyHit add -> add.tampering().verdict();
          case KeyctlHit _, UpcallHit _, KeyFreedHit _ -> Tampering.Verdict.NONE;
        };
    if (verdict == Tampering.Verdict.BEFORE_COPY || verdict == Tampering.Verdict.AFTER_COPY) {
      return Severity.ERROR;
    }
    return Failure.of(hit) != null ? Severity.WARN : Severity.INFO;
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

  private static StatusData status(KeyHit hit) {
    String failure = Failure.text(hit);
    return failure == null ? StatusData.unset() : StatusData.create(StatusCode.ERROR, failure);
  }

  private static List<LinkData> links(KeyHit hit) {
    ApplicationSpan application = hit.header().application();
    Origin origin = hit instanceof KeyctlHit keyctl ? keyctl.origin() : null;
    if (origin == null && (application == null || application.parent())) {
      return List.of();
    }
    List<LinkData> links = new ArrayList<>(2);
    if (origin != null) {
      links.add(LinkData.create(context(origin), LINK_TO_ORIGIN));
    }
    if (application != null && !application.parent()) {
      links.add(LinkData.create(context(application), LINK_TO_APPLICATION));
    }
    return links;
  }

  /**
   * The span that a log record belongs to. The end of a key is no span of its own, so it belongs to
   * the one that returned the key: its own ids would lead nowhere.
   */
  private static SpanContext logContext(KeyHit hit) {
    HitHeader header = hit.header();
    return hit instanceof KeyFreedHit freed && freed.origin() != null
        ? context(freed.origin())
        : context(header.traceId(), header.spanId(), flags(header));
  }

  private static SpanContext context(ApplicationSpan application) {
    return context(
        application.traceId(),
        application.spanId(),
        TraceFlags.fromByte((byte) application.flags()));
  }

  private static SpanContext context(Origin origin) {
    return context(origin.traceId(), origin.spanId(), TraceFlags.getSampled());
  }

  /**
   * A child takes over what its parent was decided to be; every other span is meant to be exported.
   * A log record says the same, also where spans are switched off or a sampler decides otherwise
   * later: it is to be the same whatever becomes of the span, and its ids still tell which records
   * belong together.
   */
  private static TraceFlags flags(HitHeader header) {
    ApplicationSpan application = header.application();
    return application != null && application.parent()
        ? TraceFlags.fromByte((byte) application.flags())
        : TraceFlags.getSampled();
  }

  /**
   * Not remote, parents and links included: "remote" is for a context that a propagator carried in,
   * while these are of this host.
   */
  private static SpanContext context(String traceId, String spanId, TraceFlags flags) {
    return SpanContext.create(traceId, spanId, flags, TraceState.getDefault());
  }
}

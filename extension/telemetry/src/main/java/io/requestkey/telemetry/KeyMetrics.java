/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.requestkey.capture.AddKeyHit;
import io.requestkey.capture.HitHeader;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyFreedHit;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.KeyctlHit;
import io.requestkey.capture.KeyctlOperation;
import io.requestkey.capture.Outcome;
import io.requestkey.capture.RequestKeyHit;
import io.requestkey.capture.UpcallHit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts hits by type, operation and outcome. Cardinality is bounded: what a caller can make up is
 * {@code _OTHER}.
 *
 * <p>{@link KeyringMetrics#KEYS_LIVE} is only as exact as it can be: it counts from the start of
 * this object on, a key that was there before from the first call that returns it on. {@link
 * #REMEMBERED} keys are remembered, the ones first seen last. When the record of a key's end is
 * lost, the key counts until its serial has been returned and freed again.
 *
 * <p>Feed it every hit once: what is replayed from a journal has been counted before. For one
 * thread.
 */
public final class KeyMetrics {

  /** Keys that are known to be live; as many as the kernel programs remember the origin of. */
  static final int REMEMBERED = 65_536;

  private static final String OTHER = "_OTHER";
  private static final double NANOS_PER_SECOND = 1e9;

  /** From the walk over a keyring (microseconds) to a helper that gives up (a minute). */
  private static final List<Double> BOUNDARIES =
      List.of(
          1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2,
          2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0);

  private final LongCounter requests;
  private final DoubleHistogram requestDuration;
  private final LongCounter addKeys;
  private final LongCounter keyctlOperations;
  private final DoubleHistogram upcallDuration;
  private final LongUpDownCounter keysLive;

  /** Made once for each combination: there are few, and building them is what costs. */
  private final Map<List<@Nullable String>, Attributes> known = new HashMap<>();

  /** Serial to type of the keys that are live. */
  private final LinkedHashMap<Integer, String> live = new LinkedHashMap<>();

  /** Makes the instruments of a meter. */
  public KeyMetrics(Meter meter) {
    this.requests =
        meter
            .counterBuilder(KeyringMetrics.REQUESTS)
            .setUnit("{request}")
            .setDescription("Requests for a key.")
            .build();
    this.requestDuration =
        meter
            .histogramBuilder(KeyringMetrics.REQUEST_DURATION)
            .setUnit("s")
            .setDescription("Time from the entry of a request to its answer, the helper included.")
            .setExplicitBucketBoundariesAdvice(BOUNDARIES)
            .build();
    this.addKeys =
        meter
            .counterBuilder(KeyringMetrics.ADD_KEYS)
            .setUnit("{call}")
            .setDescription("add_key(2) calls.")
            .build();
    this.keyctlOperations =
        meter
            .counterBuilder(KeyringMetrics.KEYCTL_OPERATIONS)
            .setUnit("{operation}")
            .setDescription("keyctl(2) calls.")
            .build();
    this.upcallDuration =
        meter
            .histogramBuilder(KeyringMetrics.UPCALL_DURATION)
            .setUnit("s")
            .setDescription("Run time of the helper.")
            .setExplicitBucketBoundariesAdvice(BOUNDARIES)
            .build();
    this.keysLive =
        meter
            .upDownCounterBuilder(KeyringMetrics.KEYS_LIVE)
            .setUnit("{key}")
            .setDescription(
                "Keys that a request_key or add_key call has returned and that are not gone.")
            .build();
  }

  /** Counts a hit. */
  public void record(KeyHit hit) {
    switch (hit) {
      case RequestKeyHit request -> recordRequest(request);
      case AddKeyHit add -> {
        addKeys.add(1, attributes(type(add.type()), null, null, null, error(add)));
        returned(add.header(), type(add.type()));
      }
      case KeyctlHit keyctl ->
          keyctlOperations.add(1, attributes(null, operation(keyctl), null, null, error(keyctl)));
      case UpcallHit upcall ->
          upcallDuration.record(
              seconds(upcall.header()),
              attributes(type(upcall.type()), null, null, null, error(upcall)));
      case KeyFreedHit freed -> gone(freed.serial());
    }
  }

  private void recordRequest(RequestKeyHit hit) {
    Attributes attributes =
        attributes(
            type(hit.type()),
            null,
            hit.byKernel() ? KeyringAttributes.ORIGIN_KERNEL : KeyringAttributes.ORIGIN_USER,
            hit.outcome() == Outcome.UNKNOWN ? null : hit.outcome().name().toLowerCase(Locale.ROOT),
            error(hit));
    requests.add(1, attributes);
    requestDuration.record(seconds(hit.header()), attributes);
    returned(hit.header(), type(hit.type()));
  }

  private void returned(HitHeader header, String type) {
    if (header.result() <= 0 || live.putIfAbsent((int) header.result(), type) != null) {
      return;
    }
    keysLive.add(1, attributes(type, null, null, null, null));
    if (live.size() > REMEMBERED) {
      gone(live.firstEntry().getKey());
    }
  }

  private void gone(int serial) {
    String type = live.remove(serial);
    if (type != null) {
      keysLive.add(-1, attributes(type, null, null, null, null));
    }
  }

  private static double seconds(HitHeader header) {
    return (header.endBootNanos() - header.startBootNanos()) / NANOS_PER_SECOND;
  }

  private static String type(KernelText type) {
    return KeyTypes.inTree(type.value()) ? type.value() : OTHER;
  }

  private static String operation(KeyctlHit hit) {
    KeyctlOperation operation = KeyctlOperation.of(hit.operation());
    return operation == null ? OTHER : operation.label();
  }

  /** A number without a name could be any. */
  private static @Nullable String error(KeyHit hit) {
    String failure = Failure.of(hit);
    return failure != null && failure.startsWith("errno ") ? OTHER : failure;
  }

  private Attributes attributes(
      @Nullable String type,
      @Nullable String operation,
      @Nullable String origin,
      @Nullable String outcome,
      @Nullable String error) {
    List<@Nullable String> values = new ArrayList<>(5);
    values.add(type);
    values.add(operation);
    values.add(origin);
    values.add(outcome);
    values.add(error);
    Attributes made = known.get(values);
    if (made == null) {
      AttributesBuilder builder = Attributes.builder();
      builder.put(KeyringAttributes.KEY_TYPE, type);
      builder.put(KeyringAttributes.KEYCTL_OPERATION, operation);
      builder.put(KeyringAttributes.REQUEST_ORIGIN, origin);
      builder.put(KeyringAttributes.REQUEST_OUTCOME, outcome);
      builder.put(KeyringAttributes.ERROR_TYPE, error);
      made = builder.build();
      known.put(values, made);
    }
    return made;
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import io.requestkey.agent.otlp.FaultyReceiver;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** What a receiver has taken of {@link NumberedRecords}, in order, duplicates included. */
final class Arrivals {

  private Arrivals() {}

  static List<LogRecord> logs(FaultyReceiver receiver) {
    return receiver.accepted().stream()
        .flatMap(request -> request.logs().getResourceLogsList().stream())
        .flatMap(resource -> resource.getScopeLogsList().stream())
        .flatMap(scope -> scope.getLogRecordsList().stream())
        .toList();
  }

  static List<Span> spans(FaultyReceiver receiver) {
    return receiver.accepted().stream()
        .flatMap(request -> request.traces().getResourceSpansList().stream())
        .flatMap(resource -> resource.getScopeSpansList().stream())
        .flatMap(scope -> scope.getSpansList().stream())
        .toList();
  }

  /** The uids of the hits; what tells of losses has none. */
  static List<String> uids(FaultyReceiver receiver) {
    return logs(receiver).stream()
        .filter(record -> !record.getEventName().equals("keyring.loss"))
        .map(Arrivals::uid)
        .toList();
  }

  static String uid(LogRecord record) {
    return record.getAttributesList().stream()
        .filter(attribute -> attribute.getKey().equals(NumberedRecords.UID.getKey()))
        .map(attribute -> attribute.getValue().getStringValue())
        .findFirst()
        .orElseThrow();
  }

  static List<LogRecord> losses(FaultyReceiver receiver) {
    return logs(receiver).stream()
        .filter(record -> record.getEventName().equals("keyring.loss"))
        .toList();
  }

  static List<String> spanIds(FaultyReceiver receiver) {
    return spans(receiver).stream()
        .map(span -> HexFormat.of().formatHex(span.getSpanId().toByteArray()))
        .toList();
  }

  static <T> Set<T> unique(List<T> items) {
    return new HashSet<>(items);
  }
}

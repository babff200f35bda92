/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.sdk.logs.data.LogRecordData;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The order of a batch for people: a request, below it the run of the helper, below that what the
 * helper did, each where the outermost came. They are recorded the other way round, by their ends.
 *
 * <p>Nothing waits for another batch. A record whose outer one is in none of the records at hand
 * stands where it is, with a mark of its own; the trace's column tells where it belongs.
 */
final class RowTree {

  /** Stands before a record that is part of one that has not ended yet. */
  static final String DETACHED = ":- ";

  private static final String BRANCH = "|- ";
  private static final String LAST = "`- ";
  private static final String PASSING = "|  ";
  private static final String NOTHING = "   ";

  private final IdentityHashMap<LogRecordData, List<LogRecordData>> inner;
  private final List<LogRecordData> roots;

  /** Sorts a batch that is in the order of the records' ends. */
  static RowTree of(Collection<LogRecordData> batch) {
    List<LogRecordData> logs = List.copyOf(batch);
    Map<String, LogRecordData> later = new HashMap<>();
    IdentityHashMap<LogRecordData, List<LogRecordData>> inner = new IdentityHashMap<>();
    List<LogRecordData> roots = new ArrayList<>(logs.size());
    // From the end: only what ended later can be around a record, so there are no circles.
    for (LogRecordData log : logs.reversed()) {
      LogRecordData outer = outer(log, later);
      if (outer == null) {
        roots.add(log);
      } else {
        inner.computeIfAbsent(outer, _ -> new ArrayList<>()).add(log);
      }
      if (isSpan(log)) {
        later.put(log.getSpanContext().getSpanId(), log);
      }
    }
    inner.values().forEach(Collections::reverse);
    Collections.reverse(roots);
    return new RowTree(inner, roots);
  }

  private RowTree(
      IdentityHashMap<LogRecordData, List<LogRecordData>> inner, List<LogRecordData> roots) {
    this.inner = inner;
    this.roots = roots;
  }

  /**
   * Takes each record once, with what stands before it.
   *
   * @param rows called in the order of the rows
   */
  void forEach(BiConsumer<String, LogRecordData> rows) {
    for (LogRecordData root : roots) {
      boolean detached = enclosing(root) != null;
      rows.accept(detached ? DETACHED : "", root);
      forEachInner(root, detached ? NOTHING : "", rows);
    }
  }

  private void forEachInner(
      LogRecordData outer, String indent, BiConsumer<String, LogRecordData> rows) {
    List<LogRecordData> logs = inner.getOrDefault(outer, List.of());
    for (int i = 0; i < logs.size(); i++) {
      boolean last = i == logs.size() - 1;
      rows.accept(indent + (last ? LAST : BRANCH), logs.get(i));
      forEachInner(logs.get(i), indent + (last ? NOTHING : PASSING), rows);
    }
  }

  private static @Nullable LogRecordData outer(
      LogRecordData log, Map<String, LogRecordData> later) {
    String enclosing = enclosing(log);
    LogRecordData outer = enclosing == null ? null : later.get(enclosing);
    return outer != null
            && outer.getSpanContext().getTraceId().equals(log.getSpanContext().getTraceId())
        ? outer
        : null;
  }

  /** The end of a key has the ids of the span that it belongs to, and is none. */
  private static boolean isSpan(LogRecordData log) {
    return log.getSpanContext().isValid() && !KeyringEvents.KEY_FREED.equals(log.getEventName());
  }

  private static @Nullable String enclosing(LogRecordData log) {
    return log instanceof HitLogRecord hit ? hit.enclosingSpanId() : null;
  }
}

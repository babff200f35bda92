/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where the fields of a record are, which may be one of another release: what {@link
 * RecordTranslation} goes by. The struct has no padding, so a field ends where the next begins.
 *
 * @param version of the layout, 1 to 255, as a record says it
 * @param headerBytes where the strings begin
 * @param offsets of the fields by their names in C, in bytes
 */
record RecordShape(int version, int headerBytes, SortedMap<String, Integer> offsets) {

  static final String TEXT = "text";
  static final String VERSION = "version";

  /** Far more than a header needs. */
  private static final int MAX_HEADER_BYTES = 4096;

  /** What is where it is in every version, and how long. See {@code struct rk_record}. */
  private static final Map<String, int[]> FIXED =
      Map.of(
          "size",
          new int[] {RecordLayout.SIZE, 4},
          VERSION,
          new int[] {RecordLayout.RECORD_VERSION, 1},
          "kind",
          new int[] {RecordLayout.KIND, 1},
          "flags",
          new int[] {RecordLayout.FLAGS, 2},
          "seq",
          new int[] {RecordLayout.SEQ, 8});

  /** That of this release. A test holds it against the object's BTF. */
  static final RecordShape OURS =
      new RecordShape(
          RecordLayout.VERSION,
          RecordLayout.HEADER_SIZE,
          new TreeMap<>(
              Map.ofEntries(
                  Map.entry("size", RecordLayout.SIZE),
                  Map.entry(VERSION, RecordLayout.RECORD_VERSION),
                  Map.entry("kind", RecordLayout.KIND),
                  Map.entry("flags", RecordLayout.FLAGS),
                  Map.entry("seq", RecordLayout.SEQ),
                  Map.entry("start_ns", RecordLayout.START_NS),
                  Map.entry("end_ns", RecordLayout.END_NS),
                  Map.entry("trace_id", RecordLayout.TRACE_ID),
                  Map.entry("span_id", RecordLayout.SPAN_ID),
                  Map.entry("parent_span_id", RecordLayout.PARENT_SPAN_ID),
                  Map.entry("origin_trace_id", RecordLayout.ORIGIN_TRACE_ID),
                  Map.entry("origin_span_id", RecordLayout.ORIGIN_SPAN_ID),
                  Map.entry("app_trace_id", RecordLayout.APP_TRACE_ID),
                  Map.entry("app_span_id", RecordLayout.APP_SPAN_ID),
                  Map.entry("cgroup_id", RecordLayout.CGROUP_ID),
                  Map.entry("process_start_ns", RecordLayout.PROCESS_START_NS),
                  Map.entry("parent_start_ns", RecordLayout.PARENT_START_NS),
                  Map.entry("arg", RecordLayout.ARG),
                  Map.entry("result", RecordLayout.RESULT),
                  Map.entry("pid", RecordLayout.PID),
                  Map.entry("tid", RecordLayout.TID),
                  Map.entry("ppid", RecordLayout.PPID),
                  Map.entry("ns_pid", RecordLayout.NS_PID),
                  Map.entry("ns_tid", RecordLayout.NS_TID),
                  Map.entry("ns_ppid", RecordLayout.NS_PPID),
                  Map.entry("ruid", RecordLayout.RUID),
                  Map.entry("rgid", RecordLayout.RGID),
                  Map.entry("euid", RecordLayout.EUID),
                  Map.entry("egid", RecordLayout.EGID),
                  Map.entry("service_uid", RecordLayout.SERVICE_UID),
                  Map.entry("service_gid", RecordLayout.SERVICE_GID),
                  Map.entry("loginuid", RecordLayout.LOGINUID),
                  Map.entry("session_keyring", RecordLayout.SESSION_KEYRING),
                  Map.entry("user_ns", RecordLayout.USER_NS),
                  Map.entry("pid_ns", RecordLayout.PID_NS),
                  Map.entry("key_uid", RecordLayout.KEY_UID),
                  Map.entry("key_gid", RecordLayout.KEY_GID),
                  Map.entry("key_perm", RecordLayout.KEY_PERM),
                  Map.entry("key", RecordLayout.KEY),
                  Map.entry("operation", RecordLayout.OPERATION),
                  Map.entry("helper_pid", RecordLayout.HELPER_PID),
                  Map.entry("auth_key", RecordLayout.AUTH_KEY),
                  Map.entry("restarts", RecordLayout.RESTARTS),
                  Map.entry("outcome", RecordLayout.OUTCOME),
                  Map.entry("tampering", RecordLayout.TAMPERING),
                  Map.entry("tampering_reason", RecordLayout.TAMPERING_REASON),
                  Map.entry("correlation", RecordLayout.CORRELATION),
                  Map.entry("app_flags", RecordLayout.APP_FLAGS),
                  Map.entry("key_end", RecordLayout.KEY_END),
                  Map.entry("comm", RecordLayout.COMM),
                  Map.entry(TEXT, RecordLayout.TEXT),
                  Map.entry("reserved", RecordLayout.RESERVED))));

  RecordShape {
    offsets = Collections.unmodifiableSortedMap(new TreeMap<>(offsets));
    Set<Integer> distinct = new HashSet<>(offsets.values());
    if (version < 1
        || version > 255
        || headerBytes < 1
        || headerBytes > MAX_HEADER_BYTES
        || distinct.size() != offsets.size()
        || !distinct.stream().allMatch(at -> at >= 0 && at < headerBytes)) {
      throw new IllegalArgumentException("a record cannot be so");
    }
    for (Map.Entry<String, int[]> field : FIXED.entrySet()) {
      Integer at = offsets.get(field.getKey());
      if (at == null
          || at != field.getValue()[0]
          || end(offsets, headerBytes, at) - at != field.getValue()[1]) {
        throw new IllegalArgumentException("a record without its " + field.getKey());
      }
    }
    Integer texts = offsets.get(TEXT);
    if (texts == null || (end(offsets, headerBytes, texts) - texts) % RecordLayout.TEXT_SIZE != 0) {
      throw new IllegalArgumentException("a record without its strings");
    }
  }

  /** Offset of a field that is there. */
  int offset(String field) {
    Integer at = offsets.get(field);
    if (at == null) {
      throw new IllegalArgumentException("no field " + field);
    }
    return at;
  }

  /** Bytes of a field that is there. */
  int bytes(String field) {
    int at = offset(field);
    return end(offsets, headerBytes, at) - at;
  }

  /** How many strings a record has room to tell of. */
  int texts() {
    return bytes(TEXT) / RecordLayout.TEXT_SIZE;
  }

  private static int end(SortedMap<String, Integer> offsets, int headerBytes, int at) {
    return offsets.values().stream()
        .filter(other -> other > at)
        .mapToInt(Integer::intValue)
        .min()
        .orElse(headerBytes);
  }

  /** Version, bytes of the header, and each field with its offset, such as {@code seq=8}. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    words.add(Integer.toString(version));
    words.add(Integer.toString(headerBytes));
    offsets.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(field -> words.add(field.getKey() + "=" + field.getValue()));
    return words;
  }

  /**
   * Reads {@link #words}.
   *
   * @throws IllegalArgumentException when they are none, or no record can be so
   */
  static RecordShape of(List<String> words) {
    if (words.size() < 2) {
      throw new IllegalArgumentException("no record");
    }
    SortedMap<String, Integer> offsets = new TreeMap<>();
    for (String word : words.subList(2, words.size())) {
      int at = word.indexOf('=');
      if (at < 1
          || offsets.put(word.substring(0, at), Integer.parseInt(word.substring(at + 1))) != null) {
        throw new IllegalArgumentException("no field: " + word);
      }
    }
    return new RecordShape(Integer.parseInt(words.get(0)), Integer.parseInt(words.get(1)), offsets);
  }
}

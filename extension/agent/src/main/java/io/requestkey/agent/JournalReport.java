/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import com.google.errorprone.annotations.FormatMethod;
import io.requestkey.agent.journal.JournalInspection;
import io.requestkey.agent.journal.JournalInspection.ReaderInfo;
import io.requestkey.agent.journal.JournalInspection.SegmentInfo;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** What an inspection found, for a person or for a program. */
final class JournalReport {

  private static final String SEGMENT_ROW = "%-33s %12s %12s %9s %8s %11s  %-20s  %s%n";
  private static final String READER_ROW = "%-33s %12s %12s %9s %8s  %s%n";

  private final JournalInspection found;

  JournalReport(JournalInspection found) {
    this.found = found;
  }

  /** A table, without a line end at its end. */
  String text() {
    StringBuilder text = new StringBuilder();
    long frames = found.segments().stream().mapToLong(SegmentInfo::frames).sum();
    long bytes = found.segments().stream().mapToLong(SegmentInfo::fileBytes).sum();
    text.append(
        String.format(
            Locale.ROOT,
            "journal %s, %s%n%d frames in %d segments of %d bytes, %d missing; next number %d%n%n",
            found.directory(),
            found.holder() == null ? "not in use" : "in use by pid " + found.holder(),
            frames,
            found.segments().size(),
            bytes,
            found.missing(),
            found.end()));
    row(text, SEGMENT_ROW, "SEGMENT", "FIRST", "END", "FRAMES", "MISSING", "BYTES", "LAST", "");
    for (SegmentInfo s : found.segments()) {
      row(
          text,
          SEGMENT_ROW,
          s.name(),
          s.first(),
          s.end(),
          s.frames(),
          s.missing(),
          s.usedBytes(),
          time(s.lastObservedEpochNanos()),
          state(s));
    }
    text.append(System.lineSeparator());
    row(text, READER_ROW, "READER", "NEXT", "PENDING", "DAMAGED", "DROPPED", "");
    for (ReaderInfo r : found.readers()) {
      row(
          text,
          READER_ROW,
          r.name(),
          r.next() < 0 ? "-" : r.next(),
          r.pending(),
          r.damaged(),
          r.dropped(),
          r.problem());
    }
    list(text, "set aside", found.setAside());
    list(text, "not of a journal", found.foreign());
    return text.toString().stripTrailing();
  }

  @FormatMethod
  private static void row(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values).stripTrailing())
        .append(System.lineSeparator());
  }

  private static void list(StringBuilder text, String title, List<String> names) {
    if (!names.isEmpty()) {
      text.append(System.lineSeparator())
          .append(title)
          .append(": ")
          .append(String.join(", ", names))
          .append(System.lineSeparator());
    }
  }

  private static String state(SegmentInfo segment) {
    if (!segment.problem().isEmpty()) {
      return "unfit: " + segment.problem();
    }
    return segment.complete() ? "complete" : "being written";
  }

  private static String time(long epochNanos) {
    if (epochNanos == 0) {
      return "-";
    }
    return Instant.ofEpochSecond(0, epochNanos).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** One JSON object on one line. */
  String json() {
    JsonArray segments = new JsonArray();
    for (SegmentInfo s : found.segments()) {
      segments.add(
          new JsonObject()
              .put("name", s.name())
              .put("number", s.number())
              .put("first", s.first())
              .put("end", s.end())
              .put("complete", s.complete())
              .put("frames", s.frames())
              .put("missing", s.missing())
              .put("used_bytes", s.usedBytes())
              .put("file_bytes", s.fileBytes())
              .put("first_observed_time_unix_nano", s.firstObservedEpochNanos())
              .put("last_observed_time_unix_nano", s.lastObservedEpochNanos())
              .put("boot_id", s.bootId())
              .put("record_version", s.recordVersion())
              .put("problem", s.problem()));
    }
    JsonArray readers = new JsonArray();
    for (ReaderInfo r : found.readers()) {
      readers.add(
          new JsonObject()
              .put("name", r.name())
              .put("next", r.next())
              .put("pending", r.pending())
              .put("damaged", r.damaged())
              .put("dropped", r.dropped())
              .put("account_bytes", r.accountBytes())
              .put("problem", r.problem()));
    }
    return new JsonObject()
        .put("directory", found.directory().toString())
        .put("pid", found.holder())
        .put("end", found.end())
        .put("missing", found.missing())
        .put("segments", segments)
        .put("readers", readers)
        .put("states", new JsonArray(found.states()))
        .put("set_aside", new JsonArray(found.setAside()))
        .put("foreign", new JsonArray(found.foreign()))
        .encode();
  }
}

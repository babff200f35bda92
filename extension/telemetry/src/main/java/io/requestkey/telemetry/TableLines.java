/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.capture.KeyctlOperation;
import io.requestkey.telemetry.KeyctlSignature.Argument;
import java.nio.charset.Charset;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * A line a log record, in columns. What stands in a cell comes from programs nobody trusts, so
 * every cell goes through {@link SafeText}; what is too long ends in {@code ~}.
 *
 * <p>The last column takes what the terminal leaves, but never less than {@link #LEAST_DETAIL}: on
 * a narrow terminal a line rather wraps than says nothing.
 */
final class TableLines implements ConsoleFormat {

  static final int LEAST_DETAIL = 24;

  private static final String EVENT_PREFIX = "keyring.";
  private static final String NONE = "-";

  private static final String BOLD = "\u001b[1m";
  private static final String RED = "\u001b[31m";
  private static final String RESET = "\u001b[0m";

  /** The columns before the last. */
  private enum Column {
    TIME(12, false),
    PID(7, true),
    COMM(15, false),
    CALL(20, false),
    KEY(10, true),
    RESULT(12, false),
    DURATION(8, true),
    TRACE(8, false);

    private final int width;
    private final boolean right;

    Column(int width, boolean right) {
      this.width = width;
      this.right = right;
    }
  }

  private static final int FIXED_WIDTH = fixedWidth();

  private final int detailWidth;
  private final boolean colour;
  private final ZoneId zone;
  private final StringBuilder cell = new StringBuilder();
  private boolean headed;

  /**
   * @param columns width of the terminal, 0 for unlimited
   * @param colour whether to use terminal colours
   * @param zone of the times shown
   */
  TableLines(int columns, boolean colour, ZoneId zone) {
    this.detailWidth =
        columns == 0 ? Integer.MAX_VALUE : Math.max(LEAST_DETAIL, columns - FIXED_WIDTH);
    this.colour = colour;
    this.zone = zone;
  }

  private static int fixedWidth() {
    int width = 0;
    for (Column column : Column.values()) {
      width += column.width + 1;
    }
    return width;
  }

  @Override
  public Charset charset(Charset ofStream) {
    return ofStream;
  }

  @Override
  public void logs(StringBuilder lines, Collection<LogRecordData> batch) {
    if (!headed) {
      appendHeader(lines);
      headed = true;
    }
    for (LogRecordData log : batch) {
      appendRow(lines, log);
    }
  }

  @Override
  public void spans(StringBuilder lines, Collection<SpanData> batch) {}

  private void appendHeader(StringBuilder lines) {
    if (colour) {
      lines.append(BOLD);
    }
    for (Column column : Column.values()) {
      cell.append(column.name());
      endCell(lines, column);
    }
    lines.append("DETAIL");
    if (colour) {
      lines.append(RESET);
    }
    lines.append('\n');
  }

  private void appendRow(StringBuilder lines, LogRecordData log) {
    Attributes attributes = log.getAttributes();
    appendTime(cell, log.getTimestampEpochNanos());
    endCell(lines, Column.TIME);
    escape(attributes.get(KeyringAttributes.PROCESS_PID));
    endCell(lines, Column.PID);
    escape(attributes.get(KeyringAttributes.CALLER_COMM));
    endCell(lines, Column.COMM);
    escape(call(log));
    endCell(lines, Column.CALL);
    escape(key(attributes));
    endCell(lines, Column.KEY);
    boolean red = colour && log.getSeverity().getSeverityNumber() >= warnNumber();
    if (red) {
      lines.append(RED);
    }
    escape(result(attributes));
    endCell(lines, Column.RESULT);
    if (red) {
      lines.append(RESET);
    }
    appendDuration(cell, attributes.get(KeyringAttributes.DURATION));
    endCell(lines, Column.DURATION);
    escape(log.getSpanContext().isValid() ? log.getSpanContext().getTraceId() : null);
    endShortId(lines);
    appendDetail(cell, log);
    endLine(lines);
  }

  private static int warnNumber() {
    return Severity.WARN.getSeverityNumber();
  }

  private void escape(@Nullable Object value) {
    if (value == null || value.toString().isEmpty()) {
      cell.append(NONE);
    } else {
      SafeText.escape(cell, value.toString());
    }
  }

  private static String call(LogRecordData log) {
    String operation = log.getAttributes().get(KeyringAttributes.KEYCTL_OPERATION);
    if (operation != null) {
      return operation;
    }
    String event = log.getEventName();
    if (event == null) {
      return NONE;
    }
    return event.startsWith(EVENT_PREFIX) ? event.substring(EVENT_PREFIX.length()) : event;
  }

  private static @Nullable Object key(Attributes attributes) {
    Object key = attributes.get(KeyringAttributes.KEY_SERIAL);
    if (key == null) {
      key = attributes.get(KeyringAttributes.KEYCTL_TARGET_NAME);
    }
    return key != null ? key : attributes.get(KeyringAttributes.KEYCTL_TARGET_SERIAL);
  }

  private static @Nullable Object result(Attributes attributes) {
    Object error = attributes.get(KeyringAttributes.ERROR_TYPE);
    return error != null ? error : attributes.get(KeyringAttributes.RESULT);
  }

  /** What the other columns do not say. The origin comes first, next to the trace. */
  private static void appendDetail(StringBuilder detail, LogRecordData log) {
    Attributes attributes = log.getAttributes();
    String origin = attributes.get(KeyringAttributes.ORIGIN_TRACE_ID);
    if (origin != null) {
      detail.append("-> origin ");
      SafeText.escape(detail, shortId(origin));
    }
    String operation = attributes.get(KeyringAttributes.KEYCTL_OPERATION);
    if (operation != null) {
      appendArguments(detail, attributes, operation);
    } else if (attributes.get(KeyringAttributes.ARGS_SOURCE) != null) {
      appendTexts(detail, attributes);
    } else {
      Value<?> body = log.getBodyValue();
      SafeText.escape(detail, body == null ? "" : body.asString());
    }
  }

  private static void appendTexts(StringBuilder detail, Attributes attributes) {
    appendText(
        detail, attributes, KeyringAttributes.KEY_TYPE, KeyringAttributes.KEY_TYPE_STATE, "");
    appendText(
        detail,
        attributes,
        KeyringAttributes.KEY_DESCRIPTION,
        KeyringAttributes.KEY_DESCRIPTION_STATE,
        " ");
    appendText(
        detail,
        attributes,
        KeyringAttributes.REQUEST_CALLOUT_INFO,
        KeyringAttributes.REQUEST_CALLOUT_INFO_STATE,
        " callout ");
    Long size = attributes.get(KeyringAttributes.ADD_KEY_PAYLOAD_SIZE);
    if (size != null) {
      detail.append(' ').append(Long.toUnsignedString(size)).append(" bytes");
    }
    appendDestination(
        detail,
        attributes,
        KeyringAttributes.REQUEST_DESTINATION_SERIAL,
        KeyringAttributes.REQUEST_DESTINATION_NAME);
    appendDestination(
        detail,
        attributes,
        KeyringAttributes.ADD_KEY_DESTINATION_SERIAL,
        KeyringAttributes.ADD_KEY_DESTINATION_NAME);
  }

  private static void appendText(
      StringBuilder detail,
      Attributes attributes,
      AttributeKey<String> key,
      AttributeKey<String> stateKey,
      String before) {
    String text = attributes.get(key);
    String state = attributes.get(stateKey);
    if (text != null) {
      SafeText.quote(detail.append(before), text, CallLine.TEXT_LIMIT);
    } else if (state != null) {
      SafeText.escape(detail.append(before), state);
    }
  }

  private static void appendDestination(
      StringBuilder detail,
      Attributes attributes,
      AttributeKey<Long> serialKey,
      AttributeKey<String> nameKey) {
    Long serial = attributes.get(serialKey);
    if (serial == null) {
      return;
    }
    String name = attributes.get(nameKey);
    detail.append(" into ");
    SafeText.escape(detail, name == null ? serial.toString() : name);
  }

  /** The arguments of an operation, without the key it works on, which has a column. */
  private static void appendArguments(
      StringBuilder detail, Attributes attributes, String operation) {
    KeyctlSignature signature = KeyctlSignature.of(KeyctlOperation.named(operation));
    StringBuilder arguments = new StringBuilder();
    if (signature.arg2() != Argument.KEY) {
      appendArgument(arguments, attributes, KeyringAttributes.KEYCTL_ARG2, signature.arg2());
    }
    appendArgument(arguments, attributes, KeyringAttributes.KEYCTL_ARG3, signature.arg3());
    appendArgument(arguments, attributes, KeyringAttributes.KEYCTL_ARG4, signature.arg4());
    appendArgument(arguments, attributes, KeyringAttributes.KEYCTL_ARG5, signature.arg5());
    if (arguments.isEmpty()) {
      return;
    }
    if (!detail.isEmpty()) {
      detail.append("  ");
    }
    detail.append(arguments, 2, arguments.length());
  }

  private static void appendArgument(
      StringBuilder arguments, Attributes attributes, AttributeKey<Long> key, Argument argument) {
    Long value = attributes.get(key);
    if (value != null) {
      CallLine.appendArgument(arguments, argument, value);
    }
  }

  private void appendTime(StringBuilder out, long epochNanos) {
    Instant instant = Instant.ofEpochSecond(0, epochNanos);
    LocalTime time = LocalTime.ofInstant(instant, zone);
    appendPadded(out, time.getHour(), 2).append(':');
    appendPadded(out, time.getMinute(), 2).append(':');
    appendPadded(out, time.getSecond(), 2).append('.');
    appendPadded(out, time.getNano() / 1_000_000, 3);
  }

  private static StringBuilder appendPadded(StringBuilder out, int value, int digits) {
    String text = Integer.toString(value);
    return out.repeat('0', digits - text.length()).append(text);
  }

  /**
   * Three or more digits and a unit: {@code 812ns}, {@code 1.2us}, {@code 34.5ms}, {@code 2.0s}.
   */
  static void appendDuration(StringBuilder out, @Nullable Long nanos) {
    if (nanos == null) {
      out.append(NONE);
    } else if (nanos < 1_000) {
      out.append(nanos.longValue()).append("ns");
    } else if (nanos < 1_000_000) {
      appendTenths(out, nanos / 100).append("us");
    } else if (nanos < 1_000_000_000) {
      appendTenths(out, nanos / 100_000).append("ms");
    } else {
      appendTenths(out, nanos / 100_000_000).append('s');
    }
  }

  private static StringBuilder appendTenths(StringBuilder out, long tenths) {
    return out.append(tenths / 10).append('.').append(tenths % 10);
  }

  private static String shortId(String id) {
    return id.substring(0, Math.min(Column.TRACE.width, id.length()));
  }

  /** An id is cut without a mark: nobody takes eight digits for all of it. */
  private void endShortId(StringBuilder lines) {
    cell.setLength(Math.min(Column.TRACE.width, cell.length()));
    endCell(lines, Column.TRACE);
  }

  private void endCell(StringBuilder lines, Column column) {
    cut(column.width);
    int padding = column.width - DisplayWidth.of(cell);
    if (column.right) {
      lines.repeat(' ', padding).append(cell).append(' ');
    } else {
      lines.append(cell).repeat(' ', padding + 1);
    }
    cell.setLength(0);
  }

  private void endLine(StringBuilder lines) {
    cut(detailWidth);
    if (cell.isEmpty()) {
      lines.setLength(lines.length() - 1);
    }
    lines.append(cell).append('\n');
    cell.setLength(0);
  }

  /** Makes the cell no wider than a number of columns. */
  private void cut(int width) {
    int columns = 0;
    int end = 0;
    for (int i = 0; i < cell.length(); ) {
      int codePoint = cell.codePointAt(i);
      columns += DisplayWidth.of(codePoint);
      if (columns > width) {
        cell.setLength(end);
        cell.append('~');
        return;
      }
      i += Character.charCount(codePoint);
      if (columns < width) {
        end = i;
      }
    }
  }
}

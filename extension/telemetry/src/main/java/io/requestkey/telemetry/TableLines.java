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
 * A line a log record, in columns. Records of one batch that are parts of one another stand below
 * one another, outermost first, the inner ones indented; see {@link RowTree}. What stands in a cell
 * comes from programs nobody trusts, so every cell goes through {@link SafeText}; what is too long
 * ends in {@code ~}.
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
  private static final String ALARM = "\u001b[1;31m";
  private static final String YELLOW = "\u001b[33m";
  private static final String FAINT = "\u001b[2m";
  private static final String RESET = "\u001b[0m";

  /** The columns before the last. */
  private enum Column {
    TIME(12, false),
    PID(7, true),
    COMM(15, false),
    CALL(24, false),
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
    RowTree.of(batch).forEach((mark, log) -> appendRow(lines, mark, log));
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

  private void appendRow(StringBuilder lines, String mark, LogRecordData log) {
    Attributes attributes = log.getAttributes();
    appendTime(cell, log.getTimestampEpochNanos());
    endCell(lines, Column.TIME);
    escape(attributes.get(KeyringAttributes.PROCESS_PID));
    endCell(lines, Column.PID);
    escape(attributes.get(KeyringAttributes.CALLER_COMM));
    endCell(lines, Column.COMM);
    cell.append(mark);
    escape(call(log));
    endCell(lines, Column.CALL, mark.isEmpty() ? "" : FAINT, mark.length());
    escape(key(attributes));
    endCell(lines, Column.KEY);
    escape(result(attributes));
    endCell(lines, Column.RESULT, resultColour(log));
    appendDuration(cell, attributes.get(KeyringAttributes.DURATION));
    endCell(lines, Column.DURATION);
    escape(log.getSpanContext().isValid() ? log.getSpanContext().getTraceId() : null);
    endShortId(lines);
    appendDetail(cell, log);
    endLine(lines, alarm(log) ? ALARM : "");
  }

  /** Red for what failed by an errno, yellow for a key that there simply is not. */
  private static String resultColour(LogRecordData log) {
    if (log.getSeverity().getSeverityNumber() < warnNumber()) {
      return "";
    }
    return "ENOKEY".equals(log.getAttributes().get(KeyringAttributes.ERROR_TYPE)) ? YELLOW : RED;
  }

  private static boolean alarm(LogRecordData log) {
    return log.getSeverity().getSeverityNumber() >= Severity.ERROR.getSeverityNumber();
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
    Long exit = attributes.get(KeyringAttributes.UPCALL_EXIT_STATUS);
    if (exit != null) {
      return "exit " + exit;
    }
    Long signal = attributes.get(KeyringAttributes.UPCALL_EXIT_SIGNAL);
    if (signal != null) {
      return "signal " + signal;
    }
    Object error = attributes.get(KeyringAttributes.ERROR_TYPE);
    if (error != null) {
      return error;
    }
    Object end = attributes.get(KeyringAttributes.KEY_END);
    return end != null ? end : attributes.get(KeyringAttributes.RESULT);
  }

  /** What the other columns do not say. The origin comes first, next to the trace. */
  private static void appendDetail(StringBuilder detail, LogRecordData log) {
    Attributes attributes = log.getAttributes();
    appendTampering(detail, attributes);
    String origin = attributes.get(KeyringAttributes.ORIGIN_TRACE_ID);
    if (origin != null) {
      separate(detail).append("-> origin ");
      SafeText.escape(detail, shortId(origin));
    }
    String operation = attributes.get(KeyringAttributes.KEYCTL_OPERATION);
    if (operation != null) {
      appendKeyctl(detail, attributes, operation);
    } else if (attributes.get(KeyringAttributes.KEY_TYPE) != null
        || attributes.get(KeyringAttributes.ARGS_SOURCE) != null) {
      separate(detail);
      appendTexts(detail, attributes);
      appendOutcome(detail, attributes);
      appendHelper(detail, attributes);
    } else {
      Value<?> body = log.getBodyValue();
      SafeText.escape(separate(detail), body == null ? "" : body.asString());
    }
  }

  private static StringBuilder separate(StringBuilder detail) {
    return detail.isEmpty() ? detail : detail.append("  ");
  }

  private static void appendTampering(StringBuilder detail, Attributes attributes) {
    String verdict = attributes.get(KeyringAttributes.ARGS_TAMPERING);
    if (verdict == null || verdict.equals("none") || verdict.equals("unknown")) {
      return;
    }
    SafeText.escape(detail.append("TAMPERED "), verdict);
    detail.append(", caller had");
    appendText(detail, attributes, TextAttributes.USER_TYPE, " type ");
    appendText(detail, attributes, TextAttributes.USER_DESCRIPTION, " description ");
    appendText(detail, attributes, TextAttributes.USER_CALLOUT_INFO, " callout ");
  }

  private static void appendKeyctl(StringBuilder detail, Attributes attributes, String operation) {
    StringBuilder more = new StringBuilder();
    appendText(more, attributes, TextAttributes.KEYCTL_TYPE, " ");
    appendText(more, attributes, TextAttributes.KEYCTL_NAME, " ");
    appendArguments(more, attributes, operation);
    if (!more.isEmpty()) {
      separate(detail).append(more, 1, more.length());
    }
    boolean named = attributes.get(KeyringAttributes.KEYCTL_TYPE) != null;
    if (!named && attributes.get(KeyringAttributes.KEY_TYPE) != null) {
      appendText(separate(detail), attributes, TextAttributes.TYPE, "");
      appendText(detail, attributes, TextAttributes.DESCRIPTION, " ");
    }
  }

  private static void appendOutcome(StringBuilder detail, Attributes attributes) {
    String outcome = attributes.get(KeyringAttributes.REQUEST_OUTCOME);
    if (outcome != null && !outcome.equals("found") && !outcome.equals("failed")) {
      SafeText.escape(detail.append("  "), outcome);
    }
    if (KeyringAttributes.ORIGIN_KERNEL.equals(attributes.get(KeyringAttributes.REQUEST_ORIGIN))) {
      detail.append("  by the kernel");
    }
    Long service = attributes.get(KeyringAttributes.CALLER_SERVICE_UID);
    if (service != null) {
      detail.append(" as uid ").append(service.longValue());
    }
  }

  private static void appendHelper(StringBuilder detail, Attributes attributes) {
    Long helper = attributes.get(KeyringAttributes.UPCALL_HELPER_PID);
    if (helper != null) {
      detail.append("  helper ").append(helper.longValue());
    }
    Long authKey = attributes.get(KeyringAttributes.UPCALL_AUTH_KEY_SERIAL);
    if (authKey != null) {
      detail.append(" with authorisation ").append(authKey.longValue());
    }
  }

  private static void appendTexts(StringBuilder detail, Attributes attributes) {
    appendText(detail, attributes, TextAttributes.TYPE, "");
    appendText(detail, attributes, TextAttributes.DESCRIPTION, " ");
    appendText(detail, attributes, TextAttributes.CALLOUT_INFO, " callout ");
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
      StringBuilder detail, Attributes attributes, TextAttributes keys, String before) {
    String text = attributes.get(keys.value());
    String redacted = keys.redacted() == null ? null : attributes.get(keys.redacted());
    String state = attributes.get(keys.state());
    if (redacted != null) {
      Long length = keys.length() == null ? null : attributes.get(keys.length());
      detail.append(before).append('<');
      if (length != null) {
        detail.append(length.longValue()).append(" characters");
      } else {
        SafeText.escape(detail, text == null ? "redacted" : "hash " + text);
      }
      detail.append('>');
    } else if (text != null) {
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
    if (signature.arg2() != Argument.KEY || operation.equals("search")) {
      appendArgument(arguments, attributes, KeyringAttributes.KEYCTL_ARG2, signature.arg2());
    }
    appendArgument(arguments, attributes, KeyringAttributes.KEYCTL_ARG3, signature.arg3());
    appendArgument(arguments, attributes, KeyringAttributes.KEYCTL_ARG4, signature.arg4());
    appendArgument(arguments, attributes, KeyringAttributes.KEYCTL_ARG5, signature.arg5());
    if (!arguments.isEmpty()) {
      detail.append(arguments, 1, arguments.length());
    }
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
    endCell(lines, column, "", 0);
  }

  private void endCell(StringBuilder lines, Column column, String style) {
    endCell(lines, column, style, column.width);
  }

  /**
   * @param style terminal colour of the first characters, or empty
   * @param styled how many they are
   */
  private void endCell(StringBuilder lines, Column column, String style, int styled) {
    cut(column.width);
    int padding = column.width - DisplayWidth.of(cell);
    if (column.right) {
      lines.repeat(' ', padding);
    }
    appendStyled(lines, style, Math.min(styled, cell.length()));
    lines.repeat(' ', column.right ? 1 : padding + 1);
  }

  private void endLine(StringBuilder lines, String style) {
    cut(detailWidth);
    while (cell.isEmpty() && lines.charAt(lines.length() - 1) == ' ') {
      lines.setLength(lines.length() - 1);
    }
    appendStyled(lines, style, cell.length());
    lines.append('\n');
  }

  private void appendStyled(StringBuilder lines, String style, int styled) {
    if (colour && !style.isEmpty() && styled > 0) {
      lines.append(style).append(cell, 0, styled).append(RESET);
      lines.append(cell, styled, cell.length());
    } else {
      lines.append(cell);
    }
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

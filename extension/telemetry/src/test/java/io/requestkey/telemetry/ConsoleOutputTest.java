/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.requestkey.telemetry.Hits.OBSERVED;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.capture.KernelText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleOutputTest {

  private final LogRecordData log = Hits.telemetry().log(Hits.requestKey(), OBSERVED);
  private final SpanData span = Hits.span(Hits.requestKey());

  @Test
  void jsonHasLogRecordsAndSpans() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ConsoleOutput console = ConsoleOutput.json(new PrintStream(bytes, false));

    assertThat(console.logs().export(List.of(log, log)).isSuccess()).isTrue();
    assertThat(console.spans().export(List.of(span)).isSuccess()).isTrue();

    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .hasSize(3)
        .allMatch(line -> line.startsWith("{\"signal\":"));
  }

  @Test
  void theTableHasLogRecordsOnly() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ConsoleOutput console = ConsoleOutput.table(new PrintStream(bytes, false), 0, false);

    assertThat(console.logs().export(List.of(log, log)).isSuccess()).isTrue();
    assertThat(console.spans().export(List.of(span)).isSuccess()).isTrue();

    assertThat(bytes.toString(StandardCharsets.UTF_8).lines()).hasSize(3);
  }

  @Test
  void jsonIsUtf8WhateverTheTerminalUses() {
    LogRecordData named =
        Hits.telemetry().log(Hits.requestKeyDescribed(KernelText.of("clé")), OBSERVED);
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    ByteArrayOutputStream table = new ByteArrayOutputStream();

    ConsoleOutput.json(new PrintStream(json, false, StandardCharsets.ISO_8859_1))
        .logs()
        .export(List.of(named));
    ConsoleOutput.table(new PrintStream(table, false, StandardCharsets.ISO_8859_1), 0, false)
        .logs()
        .export(List.of(named));

    assertThat(json.toString(StandardCharsets.UTF_8)).contains("clé");
    assertThat(table.toString(StandardCharsets.ISO_8859_1)).contains("clé");
  }

  @Test
  void aBatchIsOneWrite() {
    CountingStream stream = new CountingStream();

    ConsoleOutput.json(new PrintStream(stream, false)).logs().export(List.of(log, log, log));

    assertThat(stream.writes).isEqualTo(1);
  }

  @Test
  void anExportFailsWhenTheReaderIsGone() {
    ConsoleOutput console = ConsoleOutput.json(new PrintStream(new ClosedPipe(), false));

    CompletableResultCode logs = console.logs().export(List.of(log));
    CompletableResultCode spans = console.spans().export(List.of(span));

    assertThat(logs.isDone()).isTrue();
    assertThat(logs.isSuccess()).isFalse();
    assertThat(logs.getFailureThrowable()).isInstanceOf(IOException.class);
    assertThat(spans.isSuccess()).isFalse();
    assertThat(console.logs().flush().isSuccess()).isFalse();
    assertThat(console.spans().shutdown().isSuccess()).isFalse();
  }

  @Test
  void theStreamIsNotClosed() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, false);
    ConsoleOutput console = ConsoleOutput.json(out);

    assertThat(console.logs().shutdown().isSuccess()).isTrue();
    out.print("still open");
    out.flush();

    assertThat(bytes).hasToString("still open");
  }

  /** A pipe whose reader is gone. */
  private static final class ClosedPipe extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      throw new IOException("Broken pipe");
    }
  }

  private static final class CountingStream extends OutputStream {
    private int writes;

    @Override
    public void write(int b) {
      writes++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      writes++;
    }
  }
}

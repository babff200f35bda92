/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import io.requestkey.javaagent.program.Reader;
import io.requestkey.javaagent.program.Reader.Finding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Without the Java agent: this JVM's context storage comes from the provider on its class path. */
final class SdkOnlyTest {

  private static final String TRACE_ID = "1".repeat(32);
  private static final String SPAN_ID = "2".repeat(16);

  @Test
  void theProviderIsEnoughAndAskingAsWellIsHarmless() throws IOException {
    RequestKeyContext.install();
    RequestKeyContext.publishResource(
        Attributes.of(AttributeKey.stringKey("service.name"), "by hand"));
    NativeContext context = NativeLibrary.load();
    Reader reader = new Reader(context.threadTlsOffset());
    Span span =
        Span.wrap(
            SpanContext.create(
                TRACE_ID, SPAN_ID, TraceFlags.getSampled(), TraceState.getDefault()));

    try (Scope scope = span.makeCurrent()) {
      assertThat(reader.compare(TRACE_ID, SPAN_ID, 1)).isEqualTo(Finding.THIS);
    }
    assertThat(reader.compare(TRACE_ID, SPAN_ID, 1)).isEqualTo(Finding.NONE);
    assertThat(new String(Reader.processContext(), StandardCharsets.UTF_8)).contains("by hand");
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextStorage;
import java.lang.instrument.Instrumentation;
import java.util.OptionalLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Whether and how this JVM publishes: decided once, and never a reason for the application to fail.
 * Without the library, or not being allowed to call it, there is one warning and nothing else
 * changes.
 */
final class Publishing {

  private static final Logger logger = Logger.getLogger(Publishing.class.getName());

  /** Set by the first copy of this class in the JVM: two would contradict each other. */
  private static final String OWNER_PROPERTY = "io.requestkey.publisher";

  private static @Nullable Publishing instance;
  private static boolean decided;

  private final SpanPublisher spans;
  private final ProcessPublisher process;
  private volatile @Nullable PublishingContextStorage storage;

  private Publishing(NativeContext context, OptionalLong tlsOffset) {
    spans = new SpanPublisher(context);
    process = new ProcessPublisher(context, tlsOffset);
  }

  /** What publishes in this JVM; null if nothing does or something else does. */
  static synchronized @Nullable Publishing get() {
    if (!decided) {
      decided = true;
      instance = decide();
    }
    return instance;
  }

  private static @Nullable Publishing decide() {
    if (!Setting.PUBLISH.isOn()) {
      logger.log(Level.FINE, "request_key: publishing is switched off");
      return null;
    }
    if (System.getProperties().putIfAbsent(OWNER_PROPERTY, Publishing.class.getName()) != null) {
      logger.log(Level.FINE, "request_key: another copy in this JVM publishes already");
      return null;
    }
    try {
      NativeContext context = NativeLibrary.load();
      OptionalLong tlsOffset = TlsOffset.find(context);
      if (tlsOffset.isEmpty()) {
        logger.log(Level.FINE, "request_key: no offset holds for all threads, none is published");
      }
      Publishing publishing = new Publishing(context, tlsOffset);
      // Readers need to know of the threads before the resource is known, if it ever is.
      publishing.publishProcess(Attributes.empty());
      return publishing;
    } catch (Throwable e) {
      logger.log(
          Level.WARNING,
          "request_key: spans are not published, because the native library cannot be used: {0}",
          textOf(e));
      logger.log(Level.FINE, "request_key: the cause", e);
      return null;
    }
  }

  /** A storage that does what the given one does, and publishes. Only the first one does. */
  synchronized ContextStorage wrap(ContextStorage delegate) {
    if (storage != null) {
      return delegate;
    }
    PublishingContextStorage wrapper = new PublishingContextStorage(delegate, spans);
    storage = wrapper;
    return wrapper;
  }

  /** Publishes what the process is. */
  void publishProcess(Attributes resource) {
    process.publish(resource);
  }

  /** Publishes on virtual threads too. Until then, and if it fails, nothing is published there. */
  void followVirtualThreads(Instrumentation instrumentation) {
    if (!Setting.VIRTUAL_THREADS.isOn() || !SpanPublisher.virtualThreadsExist()) {
      return;
    }
    try {
      linkAll();
      VirtualThreadHook.install(instrumentation, this::mounted, this::unmounting);
    } catch (Throwable e) {
      logger.log(
          Level.WARNING,
          "request_key: spans are not published on virtual threads, because their mounting cannot"
              + " be followed: {0}",
          textOf(e));
      logger.log(Level.FINE, "request_key: the cause", e);
    }
  }

  private void mounted() {
    PublishingContextStorage current = storage;
    if (current != null) {
      current.mounted();
    }
  }

  private void unmounting() {
    spans.unmounting();
  }

  private static String textOf(Throwable e) {
    String text = e.getMessage() == null ? e.toString() : e.getMessage();
    return e.getCause() == null ? text : text + " (" + e.getCause() + ")";
  }

  /** Runs what mounting a virtual thread runs, so that there is nothing left to load or link. */
  private void linkAll() {
    SpanContext any =
        SpanContext.create(
            "00000000000000000000000000000001",
            "0000000000000001",
            TraceFlags.getDefault(),
            TraceState.getDefault());
    spans.link(PublishingContextStorage.spanOf(Context.root().with(Span.wrap(any))));
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.opentelemetry.api.trace.SpanContext;
import org.jspecify.annotations.Nullable;

/**
 * Publishes spans as the current one of the calling thread, on threads where that cannot become
 * wrong unnoticed.
 *
 * <p>The record belongs to the operating system's thread. A virtual thread leaves it and comes back
 * on another; so it publishes only while its mounting and unmounting are followed. Carriers have no
 * spans of their own: what they run is the business of virtual threads.
 */
final class SpanPublisher {

  // Null before Java 21. Not the class of virtual threads with an operating system thread of their
  // own, which the JVM has where it has no continuations.
  private static final @Nullable Class<?> VIRTUAL_THREAD = classNamed("java.lang.VirtualThread");
  private static final @Nullable Class<?> CARRIER_THREAD =
      classNamed("jdk.internal.misc.CarrierThread");

  private final NativeContext context;
  private final SpanIds.Cache cache = new SpanIds.Cache();

  // Read on every thread without order: a thread that has been mounted under the hook has set it
  // itself.
  private boolean followsVirtualThreads;

  SpanPublisher(NativeContext context) {
    this.context = context;
  }

  /** Publishes a span, or that there is none if it is not valid. */
  void publish(SpanContext span) {
    Class<?> thread = Thread.currentThread().getClass();
    if (thread == CARRIER_THREAD) {
      return;
    }
    if (thread == VIRTUAL_THREAD && !followsVirtualThreads) {
      context.threadClear();
      return;
    }
    publishHere(span);
  }

  /** The calling thread is a virtual thread which has just been mounted, with this span current. */
  void mounted(SpanContext span) {
    followsVirtualThreads = true;
    publishHere(span);
  }

  /** The calling thread is a virtual thread which is about to be unmounted. */
  void unmounting() {
    context.threadClear();
  }

  /** Runs what publishing a span runs, without publishing it. */
  void link(SpanContext span) {
    publish(SpanContext.getInvalid());
    cache.get(span);
    // All-zero ids say that there is no span.
    context.threadPublish(0, 0, 0, 0);
    context.threadClear();
  }

  /** Whether this JVM has virtual threads that leave their carriers. */
  static boolean virtualThreadsExist() {
    return VIRTUAL_THREAD != null;
  }

  private void publishHere(SpanContext span) {
    if (!span.isValid()) {
      context.threadClear();
      return;
    }
    SpanIds ids = cache.get(span);
    if (ids.valid()) {
      context.threadPublish(ids.traceIdHigh(), ids.traceIdLow(), ids.spanId(), ids.flags());
    } else {
      context.threadClear();
    }
  }

  private static @Nullable Class<?> classNamed(String name) {
    try {
      return Class.forName(name, false, null);
    } catch (ClassNotFoundException e) {
      return null;
    }
  }
}

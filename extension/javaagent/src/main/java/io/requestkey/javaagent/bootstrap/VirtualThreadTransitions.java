/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent.bootstrap;

/**
 * What {@code java.lang.VirtualThread} calls, once it has been changed to. Loaded by the bootstrap
 * class loader, the only one whose classes that class can name.
 */
public final class VirtualThreadTransitions {

  // Set once, before anything calls the methods below.
  @SuppressWarnings("NullAway.Init")
  public static Runnable onMounted;

  @SuppressWarnings("NullAway.Init")
  public static Runnable onUnmounting;

  private VirtualThreadTransitions() {}

  /** The calling thread is a virtual thread that has its carrier now. */
  public static void mounted() {
    try {
      onMounted.run();
    } catch (Throwable e) {
      // Out of memory or stack. The carrier's record was cleared when it was last left.
    }
  }

  /** The calling thread is a virtual thread that still has its carrier. */
  public static void unmounting() {
    try {
      onUnmounting.run();
    } catch (Throwable e) {
      // A virtual thread's scheduler must not see it.
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import org.jspecify.annotations.Nullable;

/**
 * What became of one frame for one signal. There is exactly one for each frame, sooner or later.
 *
 * @param frameNumber the frame's
 * @param item what is to be delivered; null if nothing is
 * @param lostReason why nothing is, as the ledger names it; null with an item, or if the frame is
 *     no hit of this signal
 * @param hits for how many hits of this signal the frame stands, as the kernel side counts them: 1,
 *     or 0 if it is none of this signal
 */
public record Rendered<T>(
    long frameNumber, @Nullable T item, @Nullable String lostReason, int hits) {

  /** An item to deliver, for one hit. */
  public static <T> Rendered<T> of(long frameNumber, T item) {
    return new Rendered<>(frameNumber, item, null, 1);
  }

  /** A hit that is lost. */
  public static <T> Rendered<T> lost(long frameNumber, String reason) {
    return new Rendered<>(frameNumber, null, reason, 1);
  }

  /** A frame that is no hit of this signal. */
  public static <T> Rendered<T> nothing(long frameNumber) {
    return new Rendered<>(frameNumber, null, null, 0);
  }
}

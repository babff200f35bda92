/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.requestkey.agent.journal.Frame;
import java.util.function.Consumer;

/**
 * Turns frames into one signal's telemetry. It may hold an item back, to add to it what later
 * frames say, and hand items out in another order. For one thread.
 *
 * <p>What it hands out must be a function of the frames alone: a frame that is read again after a
 * restart must become the same telemetry.
 */
public interface Renderer<T> {

  /**
   * Takes the next frame.
   *
   * @param out for what is ready, of this frame or of earlier ones
   */
  void accept(Frame frame, Consumer<Rendered<T>> out);

  /** Hands out what has been held for long enough. Called at least every half second. */
  void tick(Consumer<Rendered<T>> out);

  /** Hands out all that is held. */
  void flush(Consumer<Rendered<T>> out);
}

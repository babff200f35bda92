/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * A string argument, with what is known about it when there is no value.
 *
 * @param state whether there is a value, and if not, why
 * @param value the text; empty unless the state is {@link State#PRESENT}. Bytes that are not UTF-8
 *     are replaced by U+FFFD
 * @param truncated whether the value was cut
 */
public record KernelText(State state, String value, boolean truncated) {

  /** Why a string has or has no value. The numbers are those of {@code enum rk_text_state}. */
  public enum State {
    /** The call did not get far enough to have it, or has no such argument. */
    ABSENT,
    /** The caller passed NULL. */
    NULL,
    /** The value is there; it may be empty. */
    PRESENT,
    /** The caller's pointer could not be read. */
    UNREADABLE
  }

  /** An argument of which nothing is known. */
  public static final KernelText ABSENT = new KernelText(State.ABSENT, "", false);

  /** A NULL argument. */
  public static final KernelText NULL = new KernelText(State.NULL, "", false);

  /** An argument whose pointer could not be read. */
  public static final KernelText UNREADABLE = new KernelText(State.UNREADABLE, "", false);

  /** A whole value. */
  public static KernelText of(String value) {
    return new KernelText(State.PRESENT, value, false);
  }

  /** Whether there is a value. */
  public boolean present() {
    return state == State.PRESENT;
  }
}

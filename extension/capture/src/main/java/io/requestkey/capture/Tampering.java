/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * Whether the caller's strings were changed around the kernel's copying.
 *
 * @param verdict what the comparison says
 * @param reason why it says nothing; {@link Reason#NONE} when it does
 * @param userType what the caller's memory held, where it differs from the kernel's copy
 * @param userDescription likewise
 * @param userCallout likewise
 */
public record Tampering(
    Verdict verdict,
    Reason reason,
    KernelText userType,
    KernelText userDescription,
    KernelText userCallout) {

  /** {@code enum rk_tampering}. */
  public enum Verdict {
    /** Could not be told. */
    UNKNOWN,
    /** Before, the copy and after are equal. */
    NONE,
    /** The caller's memory at entry differs from the kernel's copy. */
    BEFORE_COPY,
    /** The caller's memory after the copy differs from it. */
    AFTER_COPY
  }

  /** {@code enum rk_tampering_reason}: why it could not be told. */
  public enum Reason {
    /** It could. */
    NONE,
    /** The call ended before the kernel had copied. */
    NOT_COPIED,
    /** The caller's page was not resident at entry. */
    PAGE_FAULT,
    /** The kernel itself asked. */
    NO_CALLER,
    /** No probe sees the kernel's copies here, or there was no room to keep the caller's. */
    NOT_WATCHED,
    /** Equal as far as compared, but not compared to the end. */
    TOO_LONG
  }

  /** Nothing was compared. */
  public static final Tampering NOT_WATCHED = unknown(Reason.NOT_WATCHED);

  /** A comparison without result. */
  public static Tampering unknown(Reason reason) {
    return new Tampering(
        Verdict.UNKNOWN, reason, KernelText.ABSENT, KernelText.ABSENT, KernelText.ABSENT);
  }
}

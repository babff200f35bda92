/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/** {@code enum rk_loss}: why the kernel side lost a hit. */
public enum KernelLoss {
  /** The ring had no room: the reader or what comes after it is too slow, or the ring too small. */
  RING_FULL(0, "ring_full"),
  /** More calls were under way at once than the map holds. */
  INFLIGHT_FULL(1, "inflight_full"),
  /** The return of a call was seen, its entry was not. */
  ENTRY_MISSED(2, "entry_missed"),
  /** The entry of a call was seen, its return was not. */
  EXIT_MISSED(3, "exit_missed");

  private final int index;
  private final String label;

  KernelLoss(int index, String label) {
    this.index = index;
    this.label = label;
  }

  int index() {
    return index;
  }

  /** The reason as the ledger names it. */
  public String label() {
    return label;
  }
}

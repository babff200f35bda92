/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import java.util.ArrayList;
import java.util.List;

/**
 * How the wall clock stood to kernel time over a stretch of time: each anchor holds from its own
 * kernel time to that of the next, the first one also for all time before.
 *
 * <p>Immutable, so equal anchors give equal times: keep them with the hits and replaying gives the
 * times of the first delivery.
 *
 * @param anchors at least one, by rising {@link ClockAnchor#bootNanos()}
 */
public record ClockAnchors(List<ClockAnchor> anchors) implements BootClock {

  /** Steps remembered. The wall clock is stepped a few times a year, if at all. */
  static final int LIMIT = 64;

  /**
   * Makes a clock of anchors.
   *
   * @throws IllegalArgumentException when there is none, or they are out of order
   */
  public ClockAnchors {
    anchors = List.copyOf(anchors);
    if (anchors.isEmpty()) {
      throw new IllegalArgumentException("no clock anchor");
    }
    for (int i = 1; i < anchors.size(); i++) {
      if (anchors.get(i - 1).bootNanos() >= anchors.get(i).bootNanos()) {
        throw new IllegalArgumentException("clock anchors out of order: " + anchors);
      }
    }
  }

  @Override
  public long epochNanos(long bootNanos) {
    int i = anchors.size() - 1;
    while (i > 0 && anchors.get(i).bootNanos() > bootNanos) {
      i--;
    }
    return anchors.get(i).epochNanos(bootNanos);
  }

  /** The anchor in force now. */
  public ClockAnchor newest() {
    return anchors.getLast();
  }

  /** These anchors and one more, without the oldest when there would be too many. */
  ClockAnchors with(ClockAnchor anchor) {
    List<ClockAnchor> more = new ArrayList<>(anchors);
    more.add(anchor);
    return new ClockAnchors(more.subList(Math.max(0, more.size() - LIMIT), more.size()));
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.requestkey.capture.AttachTable;
import io.requestkey.capture.Capture;
import io.requestkey.capture.CaptureException;
import io.requestkey.capture.ContextCount;
import io.requestkey.capture.KernelCounts;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the capture says of itself, to any thread and at any time: before it has begun there is
 * nothing, and after its end the counts are those of its last moment.
 */
final class RunningCapture {

  private final Diagnostics diagnostics;

  private @Nullable Capture capture; // guarded by this
  private KernelCounts lastCounts = KernelCounts.none(); // guarded by this

  RunningCapture(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  /** It has begun. */
  synchronized void is(Capture started) {
    capture = started;
  }

  /** What the kernel has counted; as last read where it cannot be read now. */
  synchronized KernelCounts counts() {
    if (capture != null) {
      try {
        lastCounts = capture.counts();
      } catch (CaptureException e) {
        diagnostics.warn(String.valueOf(e.getMessage()));
      }
    }
    return lastCounts;
  }

  synchronized AttachTable attachTable() {
    if (capture != null) {
      try {
        return capture.attachTable();
      } catch (CaptureException e) {
        diagnostics.warn(String.valueOf(e.getMessage()));
      }
    }
    return new AttachTable(List.of());
  }

  synchronized Map<ContextCount, Long> contextCounts() {
    if (capture != null) {
      try {
        return capture.contextCounts();
      } catch (CaptureException e) {
        diagnostics.warn(String.valueOf(e.getMessage()));
      }
    }
    return Map.of();
  }

  synchronized long processesWithContext() {
    return capture == null ? 0 : capture.processesWithContext();
  }

  synchronized long ringPendingBytes() {
    return capture == null ? 0 : capture.ring().pendingBytes() + capture.olderPendingBytes();
  }

  /** Ends it, and keeps its counts. */
  synchronized void close() {
    if (capture != null) {
      KernelCounts _ = counts();
      capture.close();
      capture = null;
    }
  }
}

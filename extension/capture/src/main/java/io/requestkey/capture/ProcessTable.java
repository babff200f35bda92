/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.util.Set;

/** The kernel side's table of processes that have published. */
interface ProcessTable {

  /** Enters a process, or anew; the kernel side does not use the entry yet. False: no room. */
  boolean enter(int pid, ProcessEntry entry);

  /**
   * Has the kernel side use the entry, if it is still there: an exec takes it out.
   *
   * @return false when it is not
   */
  boolean confirm(int pid, ProcessEntry entry);

  void remove(int pid);

  /** The process ids in it. */
  Set<Integer> pids();
}

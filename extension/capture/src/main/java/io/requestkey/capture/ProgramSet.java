/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.util.Set;

/** The programs of one load, attached, with their maps. Owned by the capture that uses it. */
sealed interface ProgramSet extends AutoCloseable permits Attachment, PinnedSet {

  /** A map by its name in the object. */
  int mapFd(String map) throws CaptureException;

  /** What the self-test must see running. */
  Set<Probe> exercised();

  /** Whether request_key records carry the kernel's copies. */
  boolean kernelCopies();

  /** How the system calls are seen, such as {@code fentry/fexit}. */
  String syscallWay();

  /** Whether an entry of the table of processes goes when its process becomes another program. */
  boolean contextsWatched();

  /** Which way each fact is captured, with the counts of now. */
  AttachTable table(CounterMap counters) throws CaptureException;

  /** Stops recording, unless the programs are to go on without the agent. */
  void detach();

  @Override
  void close();
}

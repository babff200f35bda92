/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The user-space half of reading application spans: who publishes, and what came of reading. */
final class ApplicationContexts implements AutoCloseable {

  private final ContextCounters counters;
  private final ProcessTable table;
  private final @Nullable ProcessRegistrar registrar;

  private ApplicationContexts(
      ContextCounters counters, ProcessTable table, @Nullable ProcessRegistrar registrar) {
    this.counters = counters;
    this.table = table;
    this.registrar = registrar;
  }

  /** Starts it for programs of this release. */
  static ApplicationContexts start(Libbpf libbpf, ProgramSet set) throws CaptureException {
    BpfCalls bpf = new BpfCalls(libbpf);
    ContextCounters counters = new ContextCounters(bpf, set.mapFd("context_counters"));
    ProcessTable table = new ProcessMap(libbpf, set.mapFd("processes"));
    if (!set.contextsWatched()) {
      // A process could become another program, and be read by what the one before said.
      return new ApplicationContexts(counters, table, null);
    }
    int publications = set.mapFd("publications");
    BpfCalls.MapInfo ring = bpf.mapInfo(publications);
    if (ring == null) {
      throw new CaptureException("publications is no map");
    }
    ProcessRegistrar registrar =
        new ProcessRegistrar(
            new ProcessRegistration(table, Path.of("/proc")),
            new RingReader(publications, ring.maxEntries()),
            () -> counters.read().getOrDefault(ContextCount.MISSED, 0L));
    registrar.start();
    return new ApplicationContexts(counters, table, registrar);
  }

  /**
   * Enters this process, which the self-test has shown to the kernel side, if it publishes. It
   * needs no watching: the programs end when it becomes another one.
   *
   * @return whether it is entered
   */
  static boolean enterSelf(Libbpf libbpf, Attachment attachment) throws CaptureException {
    int self;
    try (Control control = new Control(attachment.mapFd(ControlLayout.MAP))) {
      self = control.self();
    }
    ProcessRegistration registration =
        new ProcessRegistration(
            new ProcessMap(libbpf, attachment.mapFd("processes")), Path.of("/proc"));
    try {
      return registration.registerSelf(self);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CaptureException("interrupted while looking for the spans of this process", e);
    }
  }

  Map<ContextCount, Long> counts() {
    return counters.read();
  }

  int processes() {
    return table.pids().size();
  }

  @Override
  public void close() {
    if (registrar != null) {
      registrar.close();
    }
  }
}

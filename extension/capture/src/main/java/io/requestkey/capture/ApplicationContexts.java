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
  private final @Nullable ProcessRegistrar registrar;

  private ApplicationContexts(ContextCounters counters, @Nullable ProcessRegistrar registrar) {
    this.counters = counters;
    this.registrar = registrar;
  }

  /** Starts it for programs of this release. */
  static ApplicationContexts start(Libbpf libbpf, ProgramSet set) throws CaptureException {
    BpfCalls bpf = new BpfCalls(libbpf);
    ContextCounters counters =
        new ContextCounters(bpf, set.mapFd("context_counters"), libbpf.possibleCpus());
    if (!set.contextsWatched()) {
      // A process could become another program, and be read by what the one before said.
      return new ApplicationContexts(counters, null);
    }
    int publications = set.mapFd("publications");
    BpfCalls.MapInfo ring = bpf.mapInfo(publications);
    if (ring == null) {
      throw new CaptureException("publications is no map");
    }
    ProcessRegistrar registrar =
        new ProcessRegistrar(
            new ProcessRegistration(
                new ProcessMap(libbpf, set.mapFd("processes")), Path.of("/proc")),
            new RingReader(publications, ring.maxEntries()),
            () -> missed(counters));
    registrar.start();
    return new ApplicationContexts(counters, registrar);
  }

  private static long missed(ContextCounters counters) {
    try {
      return counters.read().getOrDefault(ContextCount.MISSED, 0L);
    } catch (CaptureException e) {
      return 0;
    }
  }

  Map<ContextCount, Long> counts() throws CaptureException {
    return counters.read();
  }

  int processes() {
    return registrar == null ? 0 : registrar.entered();
  }

  @Override
  public void close() {
    if (registrar != null) {
      registrar.close();
    }
  }
}

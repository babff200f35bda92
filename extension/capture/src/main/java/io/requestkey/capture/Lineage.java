/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pinned set that is read from, the sets it takes over from, and the counts of those that are
 * gone: together they are one account, whatever was restarted and upgraded meanwhile.
 *
 * <p>{@link #drain} is for the ring's thread, the rest for any.
 */
final class Lineage implements AutoCloseable {

  /** Longer than the programs that see one and the same call are apart. */
  private static final long SETTLE_MILLIS = 100;

  /** Calls that were under way at an upgrade are waited for so long, then they are lost. */
  private static final long LINGER_NANOS = 300_000_000_000L;

  private static final int MAX_DRAIN = 8192;

  private final BpfCalls bpf;
  private final Pins pins;
  private final PinnedSet own;
  private final CounterMap counters;
  private final int cpus;
  private final Map<HitKind, Long> taken = new EnumMap<>(HitKind.class);
  private final List<Old> old = new ArrayList<>(); // guarded by this
  private final long until = System.nanoTime() + LINGER_NANOS;

  /** A set that is taken over from. */
  private record Old(
      PinnedSet set, RingReader ring, CounterMap counters, @Nullable ForeignRecords foreign) {
    void close() {
      ring.close();
      set.close();
    }
  }

  Lineage(BpfCalls bpf, Pins pins, PinnedSet own, CounterMap counters, int cpus) {
    this.bpf = bpf;
    this.pins = pins;
    this.own = own;
    this.counters = counters;
    this.cpus = cpus;
  }

  /**
   * Takes over from the given sets, so that every call is recorded by one of them; owns them then,
   * but not when it fails. An agent that died on the way is no harm: every state there can be leads
   * on.
   */
  void takeOver(List<PinnedSet> others) throws CaptureException {
    try (Acquired rings = new Acquired()) {
      // Their owner closes the sets, when this fails.
      rings.add(old, List::clear);
      takeNote(own, counters);
      for (PinnedSet other : others) {
        CounterMap of =
            new CounterMap(bpf, other.mapFd("counters"), cpus, other.manifest().shape());
        takeNote(other, of);
        old.add(
            new Old(
                other,
                rings.add(
                    new RingReader(other.mapFd("ring"), other.ringBytes()), RingReader::close),
                of,
                ForeignRecords.of(other.directory().toString(), other.manifest().record())));
      }
      Inheritance.of(own.manifest(), manifests())
          .values()
          .forEach(counts ->
              counts.kinds().forEach((kind, n) -> taken.merge(kind, n.submitted(), Long::sum)));
      switchOver(others);
      fold();
      rings.keep();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CaptureException("interrupted while taking over", e);
    }
  }

  private void takeNote(PinnedSet set, CounterMap of)
      throws CaptureException, InterruptedException {
    try (PendingRecords ring = new PendingRecords(set.mapFd("ring"), set.ringBytes())) {
      ring.taken(of).forEach((kind, n) -> taken.merge(kind, n, Long::sum));
    }
  }

  /** The table in gate.h. */
  private void switchOver(List<PinnedSet> others) throws CaptureException, InterruptedException {
    if (others.isEmpty()) {
      own.control().gate(Gate.OPEN);
      return;
    }
    List<PinnedSet> open =
        others.stream().filter(other -> other.control().gate() != Gate.SHUT).toList();
    if (!open.isEmpty()) {
      if (open.stream().noneMatch(other -> other.control().gate() == Gate.CLAIM)) {
        bpf.clear(own.mapFd("claims"));
      }
      open.forEach(other -> other.control().gate(Gate.CLAIM));
      Thread.sleep(SETTLE_MILLIS);
      own.control().gate(Gate.CLAIM);
      Thread.sleep(SETTLE_MILLIS);
      open.forEach(other -> other.control().gate(Gate.SHUT));
      Thread.sleep(SETTLE_MILLIS);
    }
    own.control().gate(Gate.HEIR);
  }

  /**
   * Hands what the others have recorded to the sink, as records of ours, and removes those that
   * have no more to say.
   *
   * @return how many records were taken
   */
  int drain(RingReader.Sink sink) throws CorruptRecordException, CaptureException {
    List<Old> sets;
    synchronized (this) {
      if (old.isEmpty()) {
        return 0;
      }
      sets = List.copyOf(old);
    }
    int taken = 0;
    for (Old set : sets) {
      boolean returned =
          set.counters().read().all().underWay() <= 0 || System.nanoTime() - until > 0;
      ForeignRecords foreign = set.foreign();
      taken += set.ring().drain(foreign == null ? sink : foreign.into(sink), MAX_DRAIN);
      if (returned && set.ring().pendingBytes() == 0) {
        retire(set);
      }
    }
    return taken;
  }

  private synchronized void retire(Old set) throws CaptureException {
    // First this: until its directory is gone the set's own counts are taken, then these.
    own.inherit(
        Inheritance.with(own.manifest(), set.set().manifest(), lastCounts(set.counters().read())));
    Pins.remove(set.set().directory());
    old.remove(set);
    set.close();
    ReturnProbes.removeOf(EventOwners.of(set.set().directory()));
    fold();
    if (old.isEmpty()) {
      own.control().gate(Gate.OPEN);
    }
  }

  /** Only what no directory has any more: an agent that dies before or after counts the same. */
  private synchronized void fold() throws CaptureException {
    Map<Long, KernelCounts> folded = Inheritance.folded(own.manifest(), manifests());
    if (folded.size() < own.manifest().inherited().size()) {
      own.inherit(folded);
    }
  }

  private synchronized List<Manifest> manifests() {
    return old.stream().map(set -> set.set().manifest()).toList();
  }

  /** What is still under way will return unseen. */
  private static KernelCounts lastCounts(KernelCounts counts) {
    Map<HitKind, KindCounts> kinds = new EnumMap<>(HitKind.class);
    counts
        .kinds()
        .forEach((kind, n) -> {
          long underWay = Math.max(0, n.underWay());
          kinds.put(
              kind, n.plus(new KindCounts(0, 0, 0, Map.of(KernelLoss.EXIT_MISSED, underWay))));
        });
    return new KernelCounts(kinds, counts.textsCut());
  }

  /**
   * Everything counted since the epoch began; cut strings, which are no part of the books and which
   * programs that are gone leave no count of, by the present programs alone.
   */
  synchronized KernelCounts total() throws CaptureException {
    KernelCounts present = counters.read();
    KernelCounts sum = present;
    for (Old set : old) {
      sum = sum.plus(set.counters().read());
    }
    for (KernelCounts counts : Inheritance.of(own.manifest(), manifests()).values()) {
      sum = sum.plus(counts);
    }
    return new KernelCounts(sum.kinds(), present.textsCut());
  }

  /** What earlier agents had taken from the rings when this one began. */
  Map<HitKind, Long> taken() {
    return Map.copyOf(taken);
  }

  /** Bytes in the rings of the others. */
  synchronized long pendingBytes() {
    return old.stream().mapToLong(set -> set.ring().pendingBytes()).sum();
  }

  @Override
  public synchronized void close() {
    old.forEach(Old::close);
    old.clear();
    pins.close();
  }
}

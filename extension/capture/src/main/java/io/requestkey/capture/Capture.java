/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Running capture: programs attached, self-test passed, records flowing into the ring.
 *
 * <p>The programs may be pinned ({@link CaptureOptions.Pin}): then they go on after {@link #close},
 * the death of the process included, and the next capture with the same options continues them.
 * With others it takes over from them, so that each call is recorded once.
 *
 * <p>{@link #ring} and {@link #drainOlder} belong to one thread; {@link #counts} and {@link
 * #attachTable} are for any thread until {@link #close}.
 */
public final class Capture implements AutoCloseable {

  private static final String PIN_FACT = "capture while no agent runs";
  private static final long DRAIN_NANOS = 200_000_000;
  private static final long DRAIN_POLL_MILLIS = 5;

  private final ProgramSet set;
  private final CounterMap counters;
  private final RingReader ring;
  private final String libbpfVersion;
  private final long epoch;
  private final boolean continued;
  private final @Nullable Lineage lineage;
  private final ApplicationContexts contexts;
  private final AttachTable.Row pinRow;

  private Capture(
      Libbpf libbpf,
      ProgramSet set,
      CounterMap counters,
      RingReader ring,
      long epoch,
      boolean continued,
      @Nullable Lineage lineage,
      ApplicationContexts contexts,
      AttachTable.Row pinRow) {
    this.set = set;
    this.counters = counters;
    this.ring = ring;
    this.libbpfVersion = libbpf.version();
    this.epoch = epoch;
    this.continued = continued;
    this.lineage = lineage;
    this.contexts = contexts;
    this.pinRow = pinRow;
  }

  /**
   * Continues what an earlier capture has left pinned, or loads and attaches, trying each way in
   * order; and runs the self-test.
   *
   * @throws CaptureException when no way works; the message names each and why
   */
  public static Capture start(CaptureOptions options) throws CaptureException {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new CaptureException("big-endian machines are not supported");
    }
    Libbpf libbpf = Libbpf.open(options.library());
    try (KernelBtf btf = KernelBtf.load(libbpf);
        ContextSources sources =
            ContextSources.of(
                options.appSpan(), options.filters().ownProcess(), new BpfCalls(libbpf))) {
      requirePermission();
      Loader loader = new Loader(libbpf, btf, options, sources);
      return switch (options.pin()) {
        case OFF -> unpinned(loader, "not asked for");
        case TRY -> tried(loader);
        case AUTO, ON -> pinned(loader, options.pin() == CaptureOptions.Pin.ON);
      };
    }
  }

  private static Capture unpinned(Loader loader, String reason) throws CaptureException {
    return unpinned(
        loader,
        loader.load(EventOwners.thisProcess(), Gate.OPEN, -1),
        new AttachTable.Row(PIN_FACT, "none", reason, List.of()));
  }

  /** Owns the attachment, also when it fails. */
  private static Capture unpinned(Loader loader, Attachment attachment, AttachTable.Row row)
      throws CaptureException {
    try (Acquired acquired = new Acquired()) {
      acquired.add(attachment, Attachment::close);
      RingReader ring =
          acquired.add(ring(attachment, attachment.object().maxEntries("ring")), RingReader::close);
      Capture capture =
          new Capture(
              loader.libbpf(),
              attachment,
              loader.counters(attachment),
              ring,
              Loader.random(),
              false,
              null,
              loader.contexts(attachment),
              row);
      acquired.keep();
      return capture;
    }
  }

  private static RingReader ring(ProgramSet set, int bytes) throws CaptureException {
    return new RingReader(set.mapFd("ring"), bytes);
  }

  /** Pins, to see whether it can be done, and takes the pins away again. */
  private static Capture tried(Loader loader) throws CaptureException {
    try (Acquired acquired = new Acquired()) {
      Attachment attachment =
          acquired.add(loader.load(EventOwners.thisProcess(), Gate.SHUT, -1), Attachment::close);
      // Shut until the pins are gone: killed meanwhile, it leaves programs that record nothing.
      String reason = tryToPin(loader, attachment);
      attachment.gate(Gate.OPEN);
      acquired.keep();
      return unpinned(
          loader,
          attachment,
          new AttachTable.Row(
              PIN_FACT, reason.isEmpty() ? "programs can be pinned" : "none", reason, List.of()));
    }
  }

  private static String tryToPin(Loader loader, Attachment attachment) {
    try (TrialPins trial = TrialPins.make()) {
      try {
        return PinnedSet.pin(
            loader.bpf(),
            trial.directory(),
            loader.manifest(attachment, List.of()),
            attachment.object());
      } finally {
        trial.remove();
      }
    } catch (CaptureException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static Capture pinned(Loader loader, boolean required) throws CaptureException {
    Pins pins;
    try {
      pins = Pins.take();
    } catch (CaptureException e) {
      if (required) {
        throw new CaptureException("the programs cannot be pinned: " + e.getMessage(), e);
      }
      return unpinned(loader, String.valueOf(e.getMessage()));
    }
    try (Acquired acquired = new Acquired()) {
      acquired.add(pins, Pins::close);
      List<PinnedSet> found = found(loader.bpf(), pins, acquired);
      PinnedSet own = continuable(loader, found);
      if (own != null) {
        return started(loader, pins, own, found, true, acquired);
      }
      return pinnedAnew(loader, pins, found, required, acquired);
    }
  }

  private static Capture pinnedAnew(
      Loader loader, Pins pins, List<PinnedSet> found, boolean required, Acquired acquired)
      throws CaptureException {
    try (Acquired loaded = new Acquired()) {
      Path directory = loaded.add(pins.make(loader.key()), Capture::discard);
      Attachment attachment =
          loaded.add(
              loader.load(
                  EventOwners.of(directory), Gate.SHUT, Loader.claimsOf(loader.bpf(), found)),
              programs -> {
                // The pins first: the trace events are in use by what they attach.
                discard(directory);
                programs.close();
              });
      String reason =
          PinnedSet.pin(
              loader.bpf(), directory, loader.manifest(attachment, found), attachment.object());
      if (reason.isEmpty()) {
        PinnedSet own = acquired.add(PinnedSet.open(loader.bpf(), directory), PinnedSet::close);
        loaded.keep();
        attachment.abandon();
        return started(loader, pins, own, found, false, acquired);
      }
      List<String> _ = Pins.remove(directory);
      if (required || !found.isEmpty()) {
        throw new CaptureException("the programs cannot be pinned: " + reason);
      }
      attachment.gate(Gate.OPEN);
      loaded.keep();
      return unpinned(loader, attachment, new AttachTable.Row(PIN_FACT, "none", reason, List.of()));
    }
  }

  /** What is left of it the next agent takes away. */
  private static void discard(Path directory) {
    try {
      List<String> _ = Pins.remove(directory);
    } catch (CaptureException e) {
      // Why it is given up is told.
    }
  }

  /** What earlier agents have left; what they did not finish is taken away. */
  private static List<PinnedSet> found(BpfCalls bpf, Pins pins, Acquired acquired)
      throws CaptureException {
    List<PinnedSet> found = new ArrayList<>();
    List<String> _ = removeTrials();
    for (Path directory : pins.directories()) {
      try {
        found.add(acquired.add(PinnedSet.open(bpf, directory), PinnedSet::close));
      } catch (CaptureException e) {
        System.getLogger(Capture.class.getName())
            .log(
                System.Logger.Level.WARNING,
                "removing the pinned programs in " + directory + ": " + e.getMessage());
        List<String> _ = remove(directory);
      }
    }
    // All of them before the self-test, whose calls are no hits to any.
    for (PinnedSet set : found) {
      SelfTest.introduce(set.nonce());
    }
    ReturnProbes.removeOrphans();
    return found;
  }

  /** Removes a set, and the trace events that were made for it. */
  private static List<String> remove(Path directory) throws CaptureException {
    List<String> removed = Pins.remove(directory);
    ReturnProbes.removeOf(EventOwners.of(directory));
    return removed;
  }

  /** Removes what a check has left that was killed. */
  private static List<String> removeTrials() throws CaptureException {
    List<String> removed = new ArrayList<>();
    for (Path trial : TrialPins.abandoned(Pins.ROOT)) {
      removed.addAll(Pins.remove(trial));
      ReturnProbes.removeOf(TrialPins.owner(trial));
    }
    return removed;
  }

  /** The one of the same key, if it still works; it is taken out of the list. */
  private static @Nullable PinnedSet continuable(Loader loader, List<PinnedSet> found)
      throws CaptureException {
    for (PinnedSet set : found) {
      if (!set.manifest().key().equals(loader.key())) {
        continue;
      }
      List<String> problems = new ArrayList<>(set.problems());
      if (problems.isEmpty()) {
        try {
          SelfTest.run(loader.counters(set), set.exercised(), set.nonce());
          found.remove(set);
          return set;
        } catch (CaptureException e) {
          problems.add(String.valueOf(e.getMessage()));
        }
      }
      System.getLogger(Capture.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "the programs in "
                  + set.directory()
                  + " cannot be continued, others take over: "
                  + String.join("; ", problems));
    }
    return null;
  }

  /** Then it owns what was acquired. */
  private static Capture started(
      Loader loader,
      Pins pins,
      PinnedSet own,
      List<PinnedSet> others,
      boolean continued,
      Acquired acquired)
      throws CaptureException {
    CounterMap counters = loader.counters(own);
    Lineage lineage = new Lineage(loader.bpf(), pins, own, counters, loader.cpus());
    RingReader ring = acquired.add(ring(own, own.ringBytes()), RingReader::close);
    ApplicationContexts contexts = acquired.add(loader.contexts(own), ApplicationContexts::close);
    lineage.takeOver(others);
    Capture capture =
        new Capture(
            loader.libbpf(),
            own,
            counters,
            ring,
            own.manifest().epoch(),
            continued,
            lineage,
            contexts,
            new AttachTable.Row(PIN_FACT, "programs pinned in " + own.directory(), "", List.of()));
    acquired.keep();
    return capture;
  }

  /**
   * Detaches and removes all programs that were left pinned, with what is still in their rings.
   *
   * @param library soname or path of libbpf
   * @throws CaptureException when it cannot be done, as while an agent runs that has them
   */
  public static Unpinned unpin(String library) throws CaptureException {
    requirePermission();
    List<String> removed = new ArrayList<>();
    long unread = 0;
    if (!BpfFs.mounted() || !Files.isDirectory(Pins.ROOT)) {
      return new Unpinned(removed, unread);
    }
    BpfCalls bpf = new BpfCalls(Libbpf.open(library));
    try (Pins pins = Pins.take()) {
      for (Path directory : pins.directories()) {
        try (PinnedSet set = PinnedSet.open(bpf, directory)) {
          set.control().gate(Gate.SHUT);
          try (PendingRecords ring = new PendingRecords(set.mapFd("ring"), set.ringBytes())) {
            unread += ring.count().values().stream().mapToLong(Long::longValue).sum();
          }
        } catch (CaptureException e) {
          // Not finished: nothing to be lost.
        }
        removed.addAll(remove(directory));
      }
      removed.addAll(removeTrials());
      ReturnProbes.removeOrphans();
      Pins.removeRoot();
    }
    return new Unpinned(removed, unread);
  }

  /**
   * What was removed.
   *
   * @param removed names of the pins, below our directory
   * @param unread records that no agent had taken
   */
  public record Unpinned(List<String> removed, long unread) {
    public Unpinned {
      removed = List.copyOf(removed);
    }
  }

  /** The usual case of too few rights, told before the kernel's errno has to be explained. */
  private static void requirePermission() throws CaptureException {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("CapEff:")) {
          long effective = Long.parseUnsignedLong(line.substring(7).strip(), 16);
          boolean admin = (effective >> 21 & 1) != 0;
          boolean bpf = (effective >> 39 & 1) != 0 && (effective >> 38 & 1) != 0;
          if (!admin && !bpf) {
            throw new CaptureException(
                "not permitted to load BPF programs: run as root, or with CAP_BPF and CAP_PERFMON");
          }
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Unknown: the kernel will tell.
    }
  }

  /** The ring; for one thread. Closed with this. */
  public RingReader ring() {
    return ring;
  }

  /**
   * What the kernel side counted since the {@link #epoch} began, by whichever programs and agents.
   */
  public KernelCounts counts() throws CaptureException {
    return lineage == null ? counters.read() : lineage.total();
  }

  /**
   * Names the beginning of {@link #counts}: random, not 0, the same as long as the counters go on,
   * across restarts and upgrades of agents that find their programs pinned.
   */
  public long epoch() {
    return epoch;
  }

  /** Whether programs go on that an earlier agent attached. */
  public boolean continued() {
    return continued;
  }

  /** Whether the programs stay when this is closed. */
  public boolean pinned() {
    return lineage != null;
  }

  /** Records of each kind in {@link #counts} that earlier agents had taken from the rings. */
  public Map<HitKind, Long> takenBefore() {
    return lineage == null ? Map.of() : lineage.taken();
  }

  /**
   * Hands what the programs that were taken over from have recorded to the sink: as records of this
   * release, whatever their layout was. Where that is not known they come with version 0, so that
   * they cannot be decoded, but are there to be counted. Call it before {@link RingReader#drain};
   * it costs nothing when there are none.
   *
   * @return how many records were taken
   * @throws CorruptRecordException when such a ring is damaged
   * @throws CaptureException when the programs cannot be removed at their end
   */
  public int drainOlder(RingReader.Sink sink) throws CorruptRecordException, CaptureException {
    return lineage == null ? 0 : lineage.drain(sink);
  }

  /** Bytes in the rings that {@link #drainOlder} empties. */
  public long olderPendingBytes() {
    return lineage == null ? 0 : lineage.pendingBytes();
  }

  /** What came of looking for application spans. */
  public Map<ContextCount, Long> contextCounts() throws CaptureException {
    return contexts.counts();
  }

  /** Processes whose threads' contexts are read now. */
  public int processesWithContext() {
    return contexts.processes();
  }

  /** Which way each fact is captured, with the counts of now. */
  public AttachTable attachTable() throws CaptureException {
    List<AttachTable.Row> rows = new ArrayList<>(set.table(counters).rows());
    rows.add(pinRow);
    return new AttachTable(rows);
  }

  /** Whether the strings of request_key are the kernel's own copies. */
  public boolean kernelCopies() {
    return set.kernelCopies();
  }

  /** How the system calls are seen, such as {@code fentry/fexit}. */
  public String syscallWay() {
    return set.syscallWay();
  }

  /** Version of the loaded libbpf, such as {@code v1.1}. */
  public String libbpfVersion() {
    return libbpfVersion;
  }

  /**
   * Detaches every program, unless they are pinned; what is in the ring can still be read. Calls
   * under way have a moment to return; those that block for longer stay under way in the {@link
   * #counts}. Pinned programs go on.
   */
  public void detach() {
    if (set instanceof Attachment attachment) {
      awaitReturns(attachment);
    }
    set.detach();
  }

  private void awaitReturns(Attachment attachment) {
    try {
      attachment.record(false);
      long end = System.nanoTime() + DRAIN_NANOS;
      while (counters.read().all().underWay() > 0 && System.nanoTime() < end) {
        Thread.sleep(DRAIN_POLL_MILLIS);
      }
    } catch (CaptureException e) {
      System.getLogger(Capture.class.getName())
          .log(System.Logger.Level.WARNING, "cannot stop recording before detaching", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    contexts.close();
    ring.close();
    if (lineage != null) {
      lineage.close();
    }
    set.close();
  }
}

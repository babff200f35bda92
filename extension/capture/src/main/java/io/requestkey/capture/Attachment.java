/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Brings one object with one way of seeing the system calls into the kernel, row by row.
 *
 * <p>Not thread-safe. Owns the object: {@link #close} detaches and unloads it.
 */
final class Attachment implements ProgramSet {

  /**
   * How entry and return of the system calls are seen, in order of preference. fentry is cheaper,
   * but its programs can be preempted on preemptible kernels, and are then skipped for the other
   * tasks of that CPU: of 79 requests at once on 7.3, 28 were lost. kprobe programs are not.
   */
  enum Way {
    KPROBE("kprobe/kretprobe", "kprobe_", "kretprobe_"),
    FENTRY("fentry/fexit", "fentry_", "fexit_"),
    TRACEPOINT("tracepoint", "tp_enter_", "tp_exit_");

    final String label;
    final String entry;
    final String exit;

    Way(String label, String entry, String exit) {
      this.label = label;
      this.entry = entry;
      this.exit = exit;
    }
  }

  private static final String REQUEST_COPIES = "kprobe_request_key_and_link";
  private static final String ADD_COPIES = "kprobe_key_create_or_update";
  private static final String ADDED = "kretprobe_key_create_or_update";
  private static final String LOOKUP = "lookup_user_key";
  private static final String EXEC = "kprobe_setup_new_exec";
  private static final String EXEC_TRACED = "tp_process_exec";
  private static final String KEY_GONE = "kprobe_security_key_free";

  /** A probe on a function, which the capture can do without. */
  private record Optional(String kind, String function, Probe probe) {
    String program() {
      return kind + "_" + function;
    }

    String label() {
      return kind + " " + function;
    }
  }

  private static final List<Optional> NAMED =
      List.of(
          new Optional("kprobe", "keyring_search", Probe.KEYRING_SEARCH),
          new Optional("kprobe", "join_session_keyring", Probe.JOIN_SESSION_KEYRING),
          new Optional("kprobe", "keyring_restrict", Probe.KEYRING_RESTRICT));

  private static final List<Optional> ANSWERED =
      List.of(
          new Optional("kprobe", "key_instantiate_and_link", Probe.KEY_ANSWERED),
          new Optional("kretprobe", "key_get_instantiation_authkey", Probe.KEY_ANSWERED));

  private static boolean isOptional(String program) {
    return Stream.of(NAMED, ANSWERED)
        .flatMap(List::stream)
        .anyMatch(optional -> optional.program().equals(program));
  }

  private record SystemCall(
      String name, @Nullable String compatX86, @Nullable String compatArm, Probe in, Probe out) {}

  private static final List<SystemCall> CALLS =
      List.of(
          new SystemCall(
              "request_key",
              "__ia32_sys_request_key",
              null,
              Probe.REQUEST_KEY_ENTRY,
              Probe.REQUEST_KEY_EXIT),
          new SystemCall(
              "add_key", "__ia32_sys_add_key", null, Probe.ADD_KEY_ENTRY, Probe.ADD_KEY_EXIT),
          new SystemCall(
              "keyctl",
              "__ia32_compat_sys_keyctl",
              "__arm64_compat_sys_keyctl",
              Probe.KEYCTL_ENTRY,
              Probe.KEYCTL_EXIT));

  private final BpfObject object;
  private final boolean contexts;
  private final String noCopies;
  private final boolean copies;
  private final Way way;
  private final String stub;
  private final boolean arm;
  private final KernelBtf btf;
  private final OptionalProbes optional;
  private @Nullable ReturnProbes returnProbes;
  private final List<AttachTable.Row> rows = new ArrayList<>();
  private final Set<Probe> exercised = EnumSet.noneOf(Probe.class);
  private final Map<String, Probe> probes = new LinkedHashMap<>();

  private Attachment(
      BpfObject object, Way way, boolean arm, KernelBtf btf, String noCopies, boolean contexts) {
    this.object = object;
    this.noCopies = noCopies;
    this.copies = noCopies.isEmpty();
    this.contexts = contexts;
    this.way = way;
    this.arm = arm;
    this.stub = arm ? "__arm64_sys_" : "__x64_sys_";
    this.btf = btf;
    this.optional =
        new OptionalProbes(way == Way.FENTRY && btf.hasFunction(OptionalProbes.tracedFunction()));
  }

  /**
   * Selects the programs of a way in an opened object.
   *
   * @param noCopies why the kernel's copies, and all else that takes kprobes, are not to be had;
   *     empty when they are
   * @param contexts whether processes that publish a context are to be watched for
   * @throws CaptureException when this kernel cannot have that way
   */
  static Attachment select(
      BpfObject object, Way way, boolean arm, KernelBtf btf, String noCopies, boolean contexts)
      throws CaptureException {
    Attachment attachment = new Attachment(object, way, arm, btf, noCopies, contexts);
    if (way == Way.FENTRY) {
      for (SystemCall call : CALLS) {
        if (!btf.hasFunction(attachment.stub + call.name)) {
          throw new CaptureException("no BTF for " + attachment.stub + call.name);
        }
      }
    }
    object.select(attachment::wants);
    return attachment;
  }

  private boolean wants(String program) {
    if (program.equals(EXEC_TRACED) || program.equals(way.entry + "prctl")) {
      return contexts;
    }
    if (program.equals(EXEC)) {
      return contexts && copies;
    }
    if (program.equals(REQUEST_COPIES)
        || program.equals(ADD_COPIES)
        || program.equals(ADDED)
        || program.equals(KEY_GONE)
        || isOptional(program)) {
      return copies;
    }
    if (OptionalProbes.isOne(program)) {
      return copies && optional.wants(program);
    }
    if (program.endsWith("_" + LOOKUP)) {
      return copies && program.startsWith(way == Way.FENTRY ? way.exit : "k");
    }
    if (!program.startsWith(way.entry) && !program.startsWith(way.exit)) {
      return false;
    }
    // libbpf looks the functions of fentry and fexit programs up when it loads them.
    String symbol = compatSymbol(program);
    return symbol == null || way != Way.FENTRY || btf.hasFunction(symbol);
  }

  private @Nullable String compatSymbol(String program) {
    for (SystemCall call : CALLS) {
      if (program.endsWith("_compat_" + call.name)) {
        return arm ? call.compatArm : call.compatX86;
      }
    }
    return null;
  }

  /**
   * Attaches the loaded programs.
   *
   * @param copiesRequired whether to fail without them
   * @param reason why a better way was not taken
   * @param owner whose the return probes are; see {@link ReturnProbes}
   * @throws CaptureException when a row that must be there cannot be had
   */
  void attach(boolean copiesRequired, String reason, String owner) throws CaptureException {
    if (way != Way.FENTRY) {
      returnProbes = new ReturnProbes(TraceFs.require(), owner);
    } else if (copies) {
      returnProbes = returnProbesIfAny(owner);
    }
    attachCopies(copiesRequired);
    attachSystemCalls(reason);
    attachCompat();
    attachLookup();
    attachAdded();
    attachGroup("what keyctl names", NAMED, "caller's memory");
    attachGroup("key that a helper answers about", ANSWERED, "none");
    attachOptional(
        "key freed",
        KEY_GONE,
        Probe.SECURITY_KEY_FREE,
        "kprobe security_key_free",
        "none",
        copies ? "" : "needs kprobes");
    attachContexts();
    attachConstruction();
  }

  /** How a request came to its answer. */
  private void attachConstruction() {
    if (!copies) {
      rows.addAll(OptionalProbes.none("needs kprobes"));
      return;
    }
    optional.attach(
        (program, function) ->
            function == null ? object.attach(program) : attachReturn(program, function),
        Attachment::reasonOf);
    rows.addAll(optional.rows());
    probes.putAll(optional.attached());
    if (optional.attached().containsValue(Probe.WAIT_FOR_KEY_CONSTRUCTION)) {
      exercised.add(Probe.WAIT_FOR_KEY_CONSTRUCTION);
    }
  }

  /** The system calls do without tracefs here; upcalls that wait are not seen to end for sure. */
  private static @Nullable ReturnProbes returnProbesIfAny(String owner) {
    try {
      return new ReturnProbes(TraceFs.require(), owner);
    } catch (CaptureException e) {
      return null;
    }
  }

  private void attachContexts() {
    String unwanted = contexts ? "" : "not wanted, or not possible here";
    String ended = "end of published contexts";
    String better = "kprobe setup_new_exec";
    int errno = contexts && copies ? object.attach(EXEC) : 0;
    if (contexts && copies && errno == 0) {
      add(ended, better, "", EXEC, Probe.PROCESS_EXEC, false);
    } else {
      attachOptional(
          ended,
          EXEC_TRACED,
          Probe.PROCESS_EXEC,
          "tracepoint sched_process_exec",
          "none",
          unwanted,
          better + ": " + (copies ? reasonOf(errno) : "needs kprobes"));
    }
    // An exec cannot be made here without a process of ours; it is seen running later.
    exercised.remove(Probe.PROCESS_EXEC);
    attachOptional(
        "published contexts",
        way.entry + "prctl",
        Probe.PRCTL,
        way.label + (way == Way.TRACEPOINT ? " sys_enter_prctl" : " " + stub + "prctl"),
        contextsWatched() ? "as found at the start" : "none",
        unwanted);
  }

  @Override
  public boolean contextsWatched() {
    return probes.containsValue(Probe.PROCESS_EXEC);
  }

  /** Adds what is not known by attaching. */
  void add(AttachTable.Row row) {
    rows.add(row);
  }

  /** Every number of a key is resolved in one function, whose result is seen. */
  private void attachLookup() {
    String fact = "keys behind the numbers, their owner and rights";
    if (!copies) {
      rows.add(new AttachTable.Row(fact, "numbers as given", "needs kprobes", List.of()));
      return;
    }
    String exit = way == Way.FENTRY ? way.exit + LOOKUP : "kretprobe_" + LOOKUP;
    int errno = attachReturn(exit, LOOKUP);
    if (errno == 0 && way != Way.FENTRY) {
      errno = object.attach("kprobe_" + LOOKUP);
    }
    if (errno == 0) {
      String label = way == Way.FENTRY ? "fexit " : "kprobe/kretprobe ";
      add(fact, label + LOOKUP, "", exit, Probe.LOOKUP_USER_KEY, true);
    } else {
      rows.add(new AttachTable.Row(fact, "numbers as given", reasonOf(errno), List.of()));
    }
  }

  /** Which key add_key returns, and not only its number. */
  private void attachAdded() {
    String fact = "key that add_key returns, its owner and rights";
    int errno = copies ? attachReturn(ADDED, "key_create_or_update") : 0;
    if (copies && errno == 0) {
      String label = "kretprobe key_create_or_update";
      add(fact, label, "", ADDED, Probe.KEY_CREATE_OR_UPDATE_EXIT, true);
    } else {
      String reason = copies ? reasonOf(errno) : "needs kprobes";
      rows.add(new AttachTable.Row(fact, "its number", reason, List.of()));
    }
  }

  private void attachGroup(String fact, List<Optional> probesOfFact, String fallback) {
    if (!copies) {
      rows.add(new AttachTable.Row(fact, fallback, "needs kprobes", List.of()));
      return;
    }
    List<AttachTable.ProbeState> states = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (Optional optional : probesOfFact) {
      int errno = attachReturn(optional.program(), optional.function);
      if (errno == 0) {
        probes.put(optional.program(), optional.probe);
        states.add(state(optional.program()));
        seen.add(optional.label());
      } else {
        missing.add(optional.label() + ": " + reasonOf(errno));
      }
    }
    rows.add(
        new AttachTable.Row(
            fact,
            seen.isEmpty() ? fallback : String.join(", ", seen),
            String.join("; ", missing),
            states));
  }

  /**
   * Says whether calls that begin from now on are hits. Off until everything is attached and before
   * anything is detached, so that no call is seen by half.
   */
  void record(boolean recording) throws CaptureException {
    try (Arena arena = Arena.ofConfined()) {
      int watched =
          (kernelCopies() ? LiveState.WATCHED_COPIES : 0)
              | (optional.outcomeWatched() ? LiveState.WATCHED_CONSTRUCTION : 0);
      object.write(LiveState.MAP, LiveState.bytes(arena, KernelClock.read(), watched, recording));
    }
  }

  private void attachCopies(boolean required) throws CaptureException {
    attachCopies(
        required,
        "kernel copies of request_key's strings",
        REQUEST_COPIES,
        Probe.REQUEST_KEY_AND_LINK,
        "kprobe request_key_and_link");
    attachCopies(
        false,
        "kernel copies of add_key's strings",
        ADD_COPIES,
        Probe.KEY_CREATE_OR_UPDATE,
        "kprobe key_create_or_update");
  }

  private void attachCopies(
      boolean required, String fact, String program, Probe probe, String label)
      throws CaptureException {
    String fallback = "caller's memory";
    if (!copies) {
      rows.add(new AttachTable.Row(fact, fallback, noCopies, List.of()));
      return;
    }
    int errno = object.attach(program);
    if (errno == 0) {
      add(fact, label, "", program, probe, true);
      return;
    }
    String reason = label + ": " + reasonOf(errno);
    if (required) {
      throw new CaptureException(reason);
    }
    rows.add(new AttachTable.Row(fact, fallback, reason, List.of()));
  }

  private void attachSystemCalls(String reason) throws CaptureException {
    for (SystemCall call : CALLS) {
      // The return first: an entry whose return is not yet watched would stay under way for ever.
      String exit = way.exit + call.name;
      String entry = way.entry + call.name;
      for (String program : new String[] {exit, entry}) {
        int errno =
            program.equals(exit) ? attachReturn(exit, stub + call.name) : object.attach(program);
        if (errno != 0) {
          throw new CaptureException(program + ": " + reasonOf(errno));
        }
      }
      exercised.add(call.in);
      exercised.add(call.out);
      probes.put(entry, call.in);
      probes.put(exit, call.out);
      rows.add(
          new AttachTable.Row(
              "entry and return of " + call.name,
              way.label + (way == Way.TRACEPOINT ? " syscalls" : " " + stub + call.name),
              reason,
              List.of(state(entry), state(exit))));
    }
  }

  /** Attaches a program, one for the return of a function by a probe that keeps up with many. */
  private int attachReturn(String program, String function) {
    if (returnProbes == null || !program.startsWith(Way.KPROBE.exit)) {
      return object.attach(program);
    }
    int errno = returnProbes.attach(object, program, function);
    return errno == 0 ? 0 : object.attach(program);
  }

  private void attachCompat() {
    List<AttachTable.ProbeState> states = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (SystemCall call : CALLS) {
      String symbol = arm ? call.compatArm : call.compatX86;
      String entry = way.entry + "compat_" + call.name;
      String exit = way.exit + "compat_" + call.name;
      if (way == Way.TRACEPOINT || symbol == null || !object.hasProgram(entry)) {
        continue;
      }
      if ((way != Way.FENTRY || btf.hasFunction(symbol))
          && attachReturn(exit, symbol) == 0
          && object.attach(entry) == 0) {
        probes.put(entry, call.in);
        probes.put(exit, call.out);
        states.add(state(entry));
        states.add(state(exit));
      } else {
        missing.add(symbol);
      }
    }
    String reason = "";
    if (way == Way.TRACEPOINT) {
      reason = "syscall tracepoints do not see 32-bit callers";
    } else if (!missing.isEmpty()) {
      reason = "not in this kernel: " + String.join(", ", missing);
    }
    rows.add(
        new AttachTable.Row(
            "32-bit callers", states.isEmpty() ? "none" : way.label, reason, states));
  }

  private void attachOptional(
      String fact, String program, Probe probe, String label, String fallback, String unwanted) {
    attachOptional(fact, program, probe, label, fallback, unwanted, "");
  }

  /** Attaches one, for which there is a better that was not to be had for a reason. */
  private void attachOptional(
      String fact,
      String program,
      Probe probe,
      String label,
      String fallback,
      String unwanted,
      String noBetter) {
    if (!unwanted.isEmpty()) {
      rows.add(new AttachTable.Row(fact, fallback, unwanted, List.of()));
      return;
    }
    int errno = object.attach(program);
    if (errno == 0) {
      add(fact, label, noBetter, program, probe, true);
    } else {
      String reason = (noBetter.isEmpty() ? "" : noBetter + "; ") + label + ": " + reasonOf(errno);
      rows.add(new AttachTable.Row(fact, fallback, reason, List.of()));
    }
  }

  private void add(
      String fact, String way, String reason, String program, Probe probe, boolean exercise) {
    probes.put(program, probe);
    if (exercise) {
      exercised.add(probe);
    }
    rows.add(new AttachTable.Row(fact, way, reason, List.of(state(program))));
  }

  private static AttachTable.ProbeState state(String program) {
    return new AttachTable.ProbeState(program, 0, 0);
  }

  @Override
  public Set<Probe> exercised() {
    return exercised;
  }

  @Override
  public boolean kernelCopies() {
    return probes.containsKey(REQUEST_COPIES);
  }

  @Override
  public String syscallWay() {
    return way.label;
  }

  @Override
  public int mapFd(String map) throws CaptureException {
    return object.mapFd(map);
  }

  /** What is recorded from now on. */
  void gate(Gate gate) throws CaptureException {
    try (Control control = new Control(object.mapFd(ControlLayout.MAP))) {
      control.gate(gate);
    }
  }

  /** What another agent has to know of it. */
  Manifest manifest(long id, long epoch, String key, Map<Long, KernelCounts> inherited) {
    Map<String, String> counting = new LinkedHashMap<>();
    for (String program : object.attached()) {
      Probe probe = probes.get(program);
      counting.put(program, probe == null ? "" : probe.name());
    }
    // OBI's is OBI's to pin; where there is none, nothing looks at ours.
    List<String> maps = new ArrayList<>(object.maps());
    maps.remove(ContextSources.OBI_MAP);
    return new Manifest(
        id,
        epoch,
        key,
        CountersShape.OURS,
        RecordShape.OURS,
        way.label,
        kernelCopies(),
        maps,
        counting,
        exercised.stream().map(Probe::name).toList(),
        rows,
        inherited);
  }

  BpfObject object() {
    return object;
  }

  @Override
  public AttachTable table(CounterMap counters) throws CaptureException {
    Map<Probe, Long> runs = new EnumMap<>(Probe.class);
    for (Probe probe : Probe.values()) {
      runs.put(probe, counters.runs(probe));
    }
    List<AttachTable.Row> filled = new ArrayList<>();
    for (AttachTable.Row row : rows) {
      List<AttachTable.ProbeState> states = new ArrayList<>();
      for (AttachTable.ProbeState state : row.probes()) {
        Probe probe = probes.get(state.program());
        states.add(
            new AttachTable.ProbeState(
                state.program(),
                probe == null ? 0 : runs.getOrDefault(probe, 0L),
                object.recursionMisses(state.program())));
      }
      filled.add(new AttachTable.Row(row.fact(), row.way(), row.reason(), states));
    }
    return new AttachTable(filled);
  }

  /** Closes it and leaves the programs to their pins. */
  void abandon() {
    object.abandonLinks();
    returnProbes = null;
    object.close();
  }

  /**
   * The return probes first: they leave trace events, all else goes with this process. A process
   * that ends may not have the time for all.
   */
  @Override
  public void detach() {
    if (returnProbes != null) {
      returnProbes.programs().forEach(object::detach);
      returnProbes.close();
      returnProbes = null;
    }
    object.detach();
  }

  @Override
  public void close() {
    detach();
    object.close();
  }

  /** An errno of attaching, with what it usually means. */
  private static String reasonOf(int errno) {
    return switch (errno) {
      case 1, 13 -> Errno.name(errno) + " (not permitted)";
      case 2 -> "ENOENT (no such function or event, or the kernel has no kprobes)";
      case 22 -> "EINVAL (not possible for this function)";
      case 95, 524 -> Errno.name(errno) + " (not supported by this kernel)";
      default -> Errno.name(errno);
    };
  }
}

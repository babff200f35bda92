/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a key beyond the system calls themselves: upcalls, the kernel's own requests,
 * how a request came to its answer. A kernel may lack any of it; the capture goes on without.
 *
 * <p>Returns are seen by kretprobes, although fexit programs are cheaper: those can be preempted,
 * and the kernel then skips them for other tasks of that processor. Of 69 upcalls at about the same
 * time on Linux 7.3, fexit missed the end of 4.
 */
final class OptionalProbes {

  /** Where a function is seen. */
  private enum Side {
    ENTRY("kprobe "),
    RETURN("kretprobe ");

    final String label;

    Side(String label) {
      this.label = label;
    }
  }

  private record Seen(Side side, String function, Probe probe) {

    String program() {
      return side.label.strip() + "_" + function;
    }

    String label() {
      return side.label + function;
    }
  }

  /**
   * What is to be known.
   *
   * @param fact name of the row
   * @param otherwise the row's way when one of the functions cannot be seen
   * @param seen all that is needed, in the order it is attached: returns before entries, because an
   *     entry whose return is not yet watched would stay under way for ever
   */
  private record Fact(String fact, String otherwise, List<Seen> seen) {}

  /** Every request that has a key comes by here, so the cheaper way is the better one. */
  private static final Seen WAIT =
      new Seen(Side.ENTRY, "wait_for_key_construction", Probe.WAIT_FOR_KEY_CONSTRUCTION);

  private static final String WAIT_TRACED = "fentry_wait_for_key_construction";

  private static final Fact OUTCOME =
      new Fact(
          "how a request came to its answer",
          "unknown",
          List.of(
              new Seen(Side.ENTRY, "request_key_auth_new", Probe.REQUEST_KEY_AUTH_NEW),
              WAIT,
              new Seen(Side.ENTRY, "key_reject_and_link", Probe.KEY_REJECT_AND_LINK)));

  private static final List<Fact> FACTS =
      List.of(
          OUTCOME,
          new Fact(
              "upcalls and how they end",
              "none",
              List.of(
                  new Seen(Side.RETURN, "call_usermodehelper_exec", Probe.UPCALL_END),
                  new Seen(Side.ENTRY, "call_sbin_request_key", Probe.CALL_SBIN_REQUEST_KEY))),
          new Fact(
              "helper of an upcall and what it calls",
              "none",
              List.of(
                  new Seen(Side.ENTRY, "umh_keys_init", Probe.UMH_KEYS_INIT),
                  new Seen(
                      Side.ENTRY, "call_usermodehelper_exec", Probe.CALL_USERMODEHELPER_EXEC))),
          kernelRequest("request_key_tag", Probe.REQUEST_KEY_TAG, Probe.REQUEST_KEY_TAG_EXIT),
          kernelRequest(
              "request_key_with_auxdata",
              Probe.REQUEST_KEY_WITH_AUXDATA,
              Probe.REQUEST_KEY_WITH_AUXDATA_EXIT),
          kernelRequest("request_key_rcu", Probe.REQUEST_KEY_RCU, Probe.REQUEST_KEY_RCU_EXIT));

  private static Fact kernelRequest(String function, Probe entry, Probe exit) {
    return new Fact(
        "the kernel's own requests by " + function,
        "none",
        List.of(new Seen(Side.RETURN, function, exit), new Seen(Side.ENTRY, function, entry)));
  }

  private final boolean traced;
  private final List<AttachTable.Row> rows = new ArrayList<>();
  private final Map<String, Probe> attached = new LinkedHashMap<>();
  private boolean outcomeWatched;

  /**
   * Selects programs.
   *
   * @param traced whether {@code wait_for_key_construction} is to be seen by fentry
   */
  OptionalProbes(boolean traced) {
    this.traced = traced;
  }

  /** The function that must have BTF for fentry. */
  static String tracedFunction() {
    return WAIT.function;
  }

  /** Whether the program is one of these, to be loaded or not. */
  static boolean isOne(String program) {
    return program.equals(WAIT_TRACED)
        || FACTS.stream()
            .flatMap(fact -> fact.seen.stream())
            .anyMatch(seen -> seen.program().equals(program));
  }

  /** Whether a program that is one of these is to be loaded. */
  boolean wants(String program) {
    if (program.equals(WAIT_TRACED)) {
      return traced;
    }
    return !(traced && program.equals(WAIT.program()));
  }

  /** The rows of a table without any of this. */
  static List<AttachTable.Row> none(String reason) {
    return FACTS.stream()
        .map(fact -> new AttachTable.Row(fact.fact, fact.otherwise, reason, List.of()))
        .toList();
  }

  /** How a program is attached. */
  interface Attacher {
    /**
     * Attaches one program.
     *
     * @param program name in the object
     * @param function function of the kernel, for a return probe; else null
     * @return 0 or the positive errno
     */
    int attach(String program, @Nullable String function);
  }

  /** Attaches what was loaded, fact by fact; a fact that lacks a function is left incomplete. */
  void attach(Attacher attacher, IntFunction<String> reasonOf) {
    for (Fact fact : FACTS) {
      List<String> ways = new ArrayList<>();
      List<AttachTable.ProbeState> states = new ArrayList<>();
      String reason = "";
      for (Seen seen : fact.seen) {
        boolean fentry = traced && seen.equals(WAIT);
        String program = fentry ? WAIT_TRACED : seen.program();
        String label = fentry ? "fentry " + seen.function : seen.label();
        int errno = attacher.attach(program, seen.side == Side.RETURN ? seen.function : null);
        if (errno != 0) {
          reason = label + ": " + reasonOf.apply(errno);
          break;
        }
        ways.add(label);
        attached.put(program, seen.probe);
        states.add(new AttachTable.ProbeState(program, 0, 0));
      }
      boolean complete = reason.isEmpty();
      if (fact.equals(OUTCOME)) {
        outcomeWatched = complete;
      }
      rows.add(
          new AttachTable.Row(
              fact.fact, complete ? String.join(", ", ways) : fact.otherwise, reason, states));
    }
  }

  /** One row for each fact, after {@link #attach}. */
  List<AttachTable.Row> rows() {
    return rows;
  }

  /** The attached programs and what their runs count as. */
  Map<String, Probe> attached() {
    return attached;
  }

  /** Whether the programs may tell how a request came to its answer. */
  boolean outcomeWatched() {
    return outcomeWatched;
  }
}

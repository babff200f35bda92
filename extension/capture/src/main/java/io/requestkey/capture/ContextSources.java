/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the application's spans are looked for, decided before the programs are loaded: what is not
 * there costs them nothing. Owns the descriptor of OBI's map.
 */
final class ContextSources implements AutoCloseable {

  /** The object's name for it. */
  static final String OBI_MAP = "traces_ctx_v1";

  private static final String FACT = "application's span";
  private static final String OBI = "OBI's map";

  private final int bits;
  private final boolean watched;
  private final @Nullable ObiMap obi;
  private final AttachTable.Row row;

  private ContextSources(int bits, boolean watched, @Nullable ObiMap obi, AttachTable.Row row) {
    this.bits = bits;
    this.watched = watched;
    this.obi = obi;
    this.row = row;
  }

  /**
   * Looks for them.
   *
   * @param ownProcess whether only the process that captures is looked at: it need not be watched
   *     for, and no number of it be known
   */
  static ContextSources of(CaptureOptions.AppSpan wanted, boolean ownProcess, BpfCalls bpf) {
    if (wanted == CaptureOptions.AppSpan.OFF) {
      return new ContextSources(
          0, false, null, new AttachTable.Row(FACT, "none", "off", List.of()));
    }
    int bits = wanted == CaptureOptions.AppSpan.PARENT ? ConfigLayout.CONTEXT_PARENT : 0;
    String way = "";
    String reason = "";
    if (ownProcess) {
      bits |= ConfigLayout.CONTEXT_SDK;
      way = "thread context (OTEP 4947) of this process";
    } else if (ProcessRegistrar.possible()) {
      bits |= ConfigLayout.CONTEXT_SDK;
      way = "thread context (OTEP 4947)";
    } else {
      reason = "thread context: the agent is not in the initial pid namespace";
    }
    ObiMap obi = null;
    try {
      obi = ObiMap.open(bpf);
      bits |= ConfigLayout.CONTEXT_OBI;
      way += (way.isEmpty() ? "" : ", ") + OBI;
    } catch (CaptureException e) {
      reason += (reason.isEmpty() ? "" : "; ") + "OBI: " + e.getMessage();
    }
    return new ContextSources(
        bits,
        !ownProcess && (bits & ConfigLayout.CONTEXT_SDK) != 0,
        obi,
        new AttachTable.Row(FACT, way.isEmpty() ? "none" : way, reason, List.of()));
  }

  /** Bits of {@code enum rk_context_bit}. */
  int bits() {
    return bits;
  }

  /** Whether processes that publish are to be watched for. */
  boolean watched() {
    return watched;
  }

  /** Id of OBI's map; 0: it is not looked at. */
  int obiMap() {
    return obi == null ? 0 : obi.id();
  }

  AttachTable.Row row() {
    return row;
  }

  /** As {@link #row}, when this process, which alone is looked at, could not be entered. */
  AttachTable.Row rowWithoutSelf() {
    if ((bits & ConfigLayout.CONTEXT_SDK) == 0) {
      return row;
    }
    String reason = "thread context: this process publishes none that can be read";
    return new AttachTable.Row(
        FACT,
        obi == null ? "none" : OBI,
        row.reason().isEmpty() ? reason : reason + "; " + row.reason(),
        List.of());
  }

  /** Gives the opened object OBI's map, before it is loaded. */
  void connect(BpfObject object) throws CaptureException {
    if (obi != null) {
      object.reuseMap(OBI_MAP, obi.fd());
    }
  }

  @Override
  public void close() {
    if (obi != null) {
      obi.close();
    }
  }
}

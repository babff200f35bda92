/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.agent.journal.Frame;
import io.requestkey.agent.journal.JournalException;
import io.requestkey.agent.journal.JournalInspection;
import io.requestkey.capture.CorruptRecordException;
import io.requestkey.capture.RecordVersions;
import io.requestkey.telemetry.ConsoleOutput;
import io.requestkey.telemetry.KeySignals;
import io.requestkey.telemetry.KeyTelemetry;
import io.requestkey.telemetry.Observation;
import io.requestkey.telemetry.Redaction;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Prints what a journal holds as the agent would have, with the times and ids of then. */
final class JournalReplay {

  private static final int BATCH = 512;

  private final ConsoleOutput console;
  private final Diagnostics diagnostics;
  private final KeyTelemetry telemetry;
  private final List<LogRecordData> logs = new ArrayList<>();
  private final List<SpanData> spans = new ArrayList<>();
  private RecordVersions versions = RecordVersions.ours();
  private long decoded;
  private long undecodable;
  private boolean closed;

  /**
   * A replay.
   *
   * @param redaction how much of the callers' texts is told: the journal holds all of them
   */
  JournalReplay(PrintStream out, Redaction redaction, Diagnostics diagnostics) {
    this.console = ConsoleOutput.json(out);
    this.telemetry = KeyTelemetry.create(Resource.empty(), Version.number(), redaction);
    this.diagnostics = diagnostics;
  }

  /**
   * Prints the log record and the span of each frame.
   *
   * @return the exit status: 1 when a frame could not be decoded or stdout was closed
   */
  int run(Path directory, long from) throws JournalException {
    versions = KeptVersions.of(directory);
    JournalInspection.frames(directory, from, this::add);
    print();
    diagnostics.info(
        decoded + " frames replayed" + (undecodable > 0 ? ", " + undecodable + " not" : ""));
    return undecodable > 0 || closed ? 1 : 0;
  }

  private void add(Frame frame) {
    if (closed) {
      return;
    }
    try {
      KeySignals signals =
          telemetry.signals(
              versions.decode(frame.record()),
              new Observation(frame.bootId(), frame.observedEpochNanos(), frame.bootOffsetNanos()));
      logs.add(signals.log());
      if (signals.span() != null) {
        spans.add(signals.span());
      }
      decoded++;
    } catch (CorruptRecordException e) {
      undecodable++;
      diagnostics.warn("frame " + frame.number() + " cannot be decoded: " + e.getMessage());
    }
    if (logs.size() == BATCH) {
      print();
    }
  }

  private void print() {
    closed |=
        !console.logs().export(logs).isSuccess() || !console.spans().export(spans).isSuccess();
    logs.clear();
    spans.clear();
  }
}

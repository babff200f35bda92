/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.requestkey.agent.journal.HitJournal;
import io.requestkey.agent.journal.JournalException;
import io.requestkey.agent.journal.JournalInspection;
import io.requestkey.capture.RecordDecoder;
import io.requestkey.capture.RingReader;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * The records at the journal's end when the agent starts. An agent that was killed may have put
 * some of them into the journal and not yet released them in the ring, which is done for many at
 * once; the next one finds them there again, and must not take them for further hits.
 *
 * <p>For the ring's thread.
 */
final class AlreadyTaken implements RingReader.Sink {

  /** More than the ring's reader leaves unreleased at any time. */
  private static final int LOOK_BACK = 1024;

  private final HitJournal journal;
  private final Set<Long> sequences;

  /** Records that can still be among them: what comes later was put into the ring later. */
  private int suspects;

  private AlreadyTaken(HitJournal journal, Set<Long> sequences) {
    this.journal = journal;
    this.sequences = sequences;
    this.suspects = sequences.size();
  }

  /**
   * What to give the records of a ring to that an earlier agent has read.
   *
   * @param directory of the journal
   * @param bootId of this boot: the sequence of an earlier one had the same numbers
   */
  static RingReader.Sink of(HitJournal journal, Path directory, String bootId)
      throws JournalException {
    Set<Long> sequences = new HashSet<>();
    JournalInspection.frames(
        directory,
        Math.max(0, journal.end() - LOOK_BACK),
        frame -> {
          if (frame.bootId().equals(bootId)) {
            boolean _ =
                sequences.add(
                    RecordDecoder.sequence(
                        MemorySegment.ofArray(frame.record()), 0, frame.record().length));
          }
        });
    return new AlreadyTaken(journal, sequences);
  }

  @Override
  public boolean accept(MemorySegment data, long offset, int length) {
    if (suspects > 0) {
      if (sequences.contains(RecordDecoder.sequence(data, offset, length))) {
        return true;
      }
      suspects--;
    }
    return journal.append(data, offset, length);
  }
}

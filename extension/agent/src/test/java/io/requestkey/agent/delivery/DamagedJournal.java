/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.requestkey.agent.journal.Frame;
import io.requestkey.agent.journal.HitJournal;
import io.requestkey.agent.journal.JournalReader;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A journal some of whose frames cannot be read. */
record DamagedJournal(HitJournal whole, Set<Long> damagedNumbers) implements HitJournal {

  @Override
  public boolean append(MemorySegment data, long offset, int length) {
    return whole.append(data, offset, length);
  }

  @Override
  public JournalReader reader(String name) {
    JournalReader reader = whole.reader(name);
    List<JournalReader.Gap> gaps = new ArrayList<>();
    return new JournalReader() {
      @Override
      public List<Frame> take(int max, Duration wait, Duration linger) throws InterruptedException {
        List<Frame> frames = reader.take(max, wait, linger);
        for (Frame frame : frames) {
          if (damagedNumbers.contains(frame.number())) {
            gaps.add(new Gap(frame.number(), frame.number() + 1, false, 0));
          }
        }
        return frames.stream().filter(frame -> !damagedNumbers.contains(frame.number())).toList();
      }

      @Override
      public List<Gap> gaps() {
        List<Gap> found = List.copyOf(gaps);
        gaps.clear();
        return found;
      }

      @Override
      public void acknowledge(long next, byte[] account) {
        reader.acknowledge(next, account);
      }

      @Override
      public Optional<byte[]> account() {
        return reader.account();
      }

      @Override
      public long next() {
        return reader.next();
      }

      @Override
      public long pending() {
        return reader.pending();
      }
    };
  }

  @Override
  public long end() {
    return whole.end();
  }

  @Override
  public long bytes() {
    return whole.bytes();
  }

  @Override
  public long damaged() {
    return damagedNumbers.size();
  }

  @Override
  public long dropped() {
    return whole.dropped();
  }

  @Override
  public long keysFreed(long from, long to) {
    return 0;
  }

  @Override
  public Optional<byte[]> state(String name) {
    return whole.state(name);
  }

  @Override
  public void state(String name, byte[] value) {
    whole.state(name, value);
  }

  @Override
  public void close() {
    whole.close();
  }
}

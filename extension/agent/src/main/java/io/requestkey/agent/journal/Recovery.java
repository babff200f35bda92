/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes sense of what an earlier run left in a directory, whatever that is. What is unfit is set
 * aside and told; frames that are missing show by their numbers and are counted by the readers that
 * come to the gap.
 */
final class Recovery {

  private static final int PAGE = 4096;

  private final JournalDirectory directory;
  private final FileStore store;
  private final Consumer<String> messages;
  private final FrameScanner scanner = new FrameScanner();
  private final List<Segment> segments = new ArrayList<>();
  private final Map<String, SlotPair> cursors = new TreeMap<>();
  private final Map<String, SlotPair> states = new TreeMap<>();
  private long end;
  private long lastNumber = -1;

  /**
   * What was found.
   *
   * @param segments complete ones, in order, their numbers ascending and not overlapping
   * @param cursors of readers, by name
   * @param states by name
   * @param end the number the next frame gets at least
   * @param lastNumber the greatest segment number seen; -1 for none
   */
  record Found(
      List<Segment> segments,
      Map<String, SlotPair> cursors,
      Map<String, SlotPair> states,
      long end,
      long lastNumber) {}

  private Recovery(JournalDirectory directory, FileStore store, Consumer<String> messages) {
    this.directory = directory;
    this.store = store;
    this.messages = messages;
  }

  static Found recover(JournalDirectory directory, FileStore store, Consumer<String> messages)
      throws IOException {
    Recovery recovery = new Recovery(directory, store, messages);
    List<String> foreign = new ArrayList<>();
    // Sorted, so that segments come in the order of their numbers.
    for (String name : JournalDirectory.names(directory.path())) {
      if (!recovery.known(name)) {
        foreign.add(name);
      }
    }
    if (!foreign.isEmpty()) {
      recovery.say("left alone what is not of a journal: " + String.join(", ", foreign));
    }
    return new Found(
        recovery.segments, recovery.cursors, recovery.states, recovery.end, recovery.lastNumber);
  }

  private boolean known(String name) throws IOException {
    Path file = directory.file(name);
    if (name.equals(JournalFiles.LOCK) || name.equals(JournalFiles.DAMAGED)) {
      return true;
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    long number = JournalFiles.segmentNumber(name);
    String reader = JournalFiles.reader(name);
    String state = JournalFiles.stateName(name);
    if (number >= 0) {
      lastNumber = Math.max(lastNumber, number);
      segment(file, number);
    } else if (reader != null) {
      cursors.put(reader, slots(name, "the reader begins again at the oldest frame"));
    } else if (state != null) {
      states.put(state, slots(name, "its value is lost"));
    } else if (JournalFiles.leftover(name)) {
      Files.deleteIfExists(file);
    } else {
      return false;
    }
    return true;
  }

  private void segment(Path file, long number) throws IOException {
    String problem;
    try {
      problem = take(file, number);
    } catch (IOException e) {
      problem = "cannot be read: " + IoReason.of(e);
    } catch (InternalError e) {
      // The JVM's word for a SIGBUS: the medium did not give a mapped page.
      problem = "cannot be read: " + e.getMessage();
    }
    if (problem == null) {
      return;
    }
    try {
      directory.setAside(file);
      say(file.getFileName() + " " + problem + "; moved to " + JournalFiles.DAMAGED + "/");
    } catch (IOException e) {
      say(
          file.getFileName()
              + " "
              + problem
              + "; ignored, because it cannot be moved away: "
              + IoReason.of(e));
    }
  }

  /** Takes a segment over; otherwise says what is wrong with it. */
  private @Nullable String take(Path file, long number) throws IOException {
    long size = Files.size(file);
    if (size < SegmentHeader.BYTES) {
      return "has " + size + " bytes, less than a header";
    }
    if (size > Integer.MAX_VALUE) {
      return "has " + size + " bytes, more than a segment";
    }
    try (Arena arena = Arena.ofConfined();
        FileChannel channel =
            FileChannel.open(
                file,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS)) {
      MemorySegment memory = channel.map(MapMode.READ_WRITE, 0, size, arena);
      SegmentHeader header = SegmentHeader.read(memory);
      if (header == null) {
        return "has no whole header";
      }
      if (header.version() != SegmentHeader.VERSION) {
        // Where the numbers are is the same in every version: the gap can be counted.
        end = Math.max(end, Math.max(header.first(), header.end()));
        return "has format version "
            + header.version()
            + ", this release reads "
            + SegmentHeader.VERSION;
      }
      if (header.number() != number) {
        return "says it is segment " + header.number();
      }
      if (header.first() < end) {
        return "begins with number " + header.first() + ", which an earlier one has";
      }
      return header.open()
          ? complete(file, channel, memory, header)
          : add(file, channel, header, size);
    }
  }

  private @Nullable String add(Path file, FileChannel channel, SegmentHeader sealed, long size)
      throws IOException {
    end = sealed.end();
    boolean cut = sealed.used() > size;
    if (cut) {
      say(file.getFileName() + " has been cut short; what is left of it is used");
    }
    int used = (int) Math.min(size, sealed.used());
    segments.add(store.recovered(sealed, file, trimmed(channel, used), used, cut));
    return null;
  }

  /** Gives back the room that was kept for more frames, so that many restarts fill nothing. */
  private static long trimmed(FileChannel channel, int used) throws IOException {
    FileChannel _ = channel.truncate((used + PAGE - 1L) / PAGE * PAGE);
    return channel.size();
  }

  /** Finds the end of the segment a killed agent was writing. */
  private @Nullable String complete(
      Path file, FileChannel channel, MemorySegment memory, SegmentHeader header)
      throws IOException {
    SegmentScan scan =
        SegmentScan.of(
            memory, header, (int) Math.min(memory.byteSize(), header.bytes()), scanner, _ -> {});
    end = scan.end();
    if (scan.end() == header.first()) {
      Files.delete(file);
      return null;
    }
    if (scan.missing() > 0) {
      say(
          file.getFileName()
              + " is damaged: "
              + scan.missing()
              + " of its frames are lost, "
              + scan.frames()
              + " are whole"
              + (scan.torn() ? "; its last frame is torn" : ""));
    }
    SegmentHeader sealed = header.sealed(scan.end(), scan.used());
    boolean damaged = scan.missing() > 0;
    sealed.write(memory);
    // What is damaged is kept as it is, for who wants to look at it.
    long size = damaged ? memory.byteSize() : trimmed(channel, scan.used());
    segments.add(store.recovered(sealed, file, size, scan.used(), damaged));
    return null;
  }

  private SlotPair slots(String name, String consequence) throws IOException {
    SlotPair pair = store.slots(name);
    if (!pair.damaged()) {
      if (pair.value().isEmpty()) {
        say(name + " is empty, " + consequence);
      }
      return pair;
    }
    if (pair.value().isPresent()) {
      say("one of the two copies in " + name + " is damaged; the other is used");
      return pair;
    }
    directory.setAside(directory.file(name));
    say(name + " is damaged, " + consequence + "; moved to " + JournalFiles.DAMAGED + "/");
    return store.slots(name);
  }

  private void say(String message) {
    messages.accept("journal " + directory.path() + ": " + message);
  }
}

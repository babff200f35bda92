/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a journal's directory and changes nothing. Also while an agent runs: what it is writing
 * may then be seen or not, and a segment it removes meanwhile is left out.
 *
 * <p>Files are read, not mapped: a mapped file that is made shorter would be a SIGBUS.
 *
 * @param directory what was looked at
 * @param holder pid of the agent that has it open; null for none
 * @param segments by number
 * @param readers by name
 * @param states names of small values
 * @param setAside names of files that are kept for their damage
 * @param foreign names of files that are not of a journal
 */
public record JournalInspection(
    Path directory,
    @Nullable Long holder,
    List<SegmentInfo> segments,
    List<ReaderInfo> readers,
    List<String> states,
    List<String> setAside,
    List<String> foreign) {

  private static final int MAX_SEGMENT = 1 << 30;

  /**
   * A segment.
   *
   * @param name of its file
   * @param number of it
   * @param first number of its first frame
   * @param end number after its last frame; of an incomplete one, as far as it is written
   * @param complete whether its end is fixed
   * @param frames whole ones
   * @param missing numbers without a whole frame
   * @param usedBytes up to the end of the last frame
   * @param fileBytes of the file
   * @param firstObservedEpochNanos of its first frame; 0 without one
   * @param lastObservedEpochNanos of its last frame; 0 without one
   * @param bootId of its frames
   * @param recordVersion of its records
   * @param problem why it cannot be used; empty when it can
   */
  public record SegmentInfo(
      String name,
      long number,
      long first,
      long end,
      boolean complete,
      long frames,
      long missing,
      long usedBytes,
      long fileBytes,
      long firstObservedEpochNanos,
      long lastObservedEpochNanos,
      String bootId,
      int recordVersion,
      String problem) {}

  /**
   * A reader.
   *
   * @param name of it
   * @param next oldest number not acknowledged; -1 when no cursor can be read
   * @param pending frames up to the journal's end
   * @param damaged numbers below next it never got, because of damage
   * @param dropped numbers below next it never got, because the journal was full
   * @param accountBytes length of what its books say
   * @param problem what is wrong with its cursor; empty when nothing is
   */
  public record ReaderInfo(
      String name,
      long next,
      long pending,
      long damaged,
      long dropped,
      int accountBytes,
      String problem) {}

  /**
   * Looks.
   *
   * @throws JournalException when there is no such directory, or it cannot be read
   */
  public static JournalInspection of(Path directory) throws JournalException {
    try {
      List<SegmentInfo> segments = new ArrayList<>();
      List<String> states = new ArrayList<>();
      List<String> foreign = new ArrayList<>();
      List<String> cursors = new ArrayList<>();
      for (String name : names(directory)) {
        Path file = directory.resolve(name);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          if (!name.equals(JournalFiles.DAMAGED)) {
            foreign.add(name);
          }
        } else if (JournalFiles.segmentNumber(name) >= 0) {
          inspect(file).ifPresent(segments::add);
        } else if (JournalFiles.reader(name) != null) {
          cursors.add(name);
        } else if (JournalFiles.stateName(name) != null) {
          states.add(name);
        } else if (!name.equals(JournalFiles.LOCK) && !JournalFiles.leftover(name)) {
          foreign.add(name);
        }
      }
      long end = segments.stream().mapToLong(SegmentInfo::end).max().orElse(0);
      List<ReaderInfo> readers = new ArrayList<>();
      for (String name : cursors) {
        readers.add(reader(directory.resolve(name), name, end));
      }
      Path damaged = directory.resolve(JournalFiles.DAMAGED);
      return new JournalInspection(
          directory,
          holder(directory),
          segments,
          readers,
          states,
          Files.isDirectory(damaged) ? JournalDirectory.names(damaged) : List.of(),
          foreign);
    } catch (IOException e) {
      throw new JournalException("journal " + directory + ": " + IoReason.of(e));
    }
  }

  private static List<String> names(Path directory) throws IOException, JournalException {
    if (!Files.isDirectory(directory)) {
      throw new JournalException(
          "journal " + directory + (Files.exists(directory) ? " is not a directory" : ": none"));
    }
    return JournalDirectory.names(directory);
  }

  /** The number after the last frame of any segment, and no less than any cursor. */
  public long end() {
    long last = segments.stream().mapToLong(SegmentInfo::end).max().orElse(0);
    return Math.max(last, readers.stream().mapToLong(ReaderInfo::next).max().orElse(0));
  }

  /** Numbers between the oldest frame and the end that no frame is there for. */
  public long missing() {
    long missing = 0;
    long expected = -1;
    for (SegmentInfo segment : segments) {
      if (segment.problem().isEmpty()) {
        if (expected >= 0) {
          missing += Math.max(0, segment.first() - expected);
        }
        missing += segment.missing();
        expected = segment.end();
      }
    }
    return missing;
  }

  /**
   * Reads all frames, oldest first.
   *
   * @param from the least number wanted
   * @param each gets them
   * @throws JournalException when the directory cannot be read
   */
  public static void frames(Path directory, long from, Consumer<Frame> each)
      throws JournalException {
    FrameScanner scanner = new FrameScanner();
    try {
      long[] next = {from};
      for (String name : names(directory)) {
        if (JournalFiles.segmentNumber(name) < 0 || endsBelow(directory.resolve(name), from)) {
          continue;
        }
        MemorySegment memory = read(directory.resolve(name)).orElse(null);
        SegmentHeader header = memory == null ? null : SegmentHeader.read(memory);
        if (memory != null && header != null && problem(header, name).isEmpty()) {
          SegmentScan _ =
              SegmentScan.of(
                  memory,
                  header,
                  limit(header, memory),
                  scanner,
                  found -> {
                    if (found.number() >= next[0]) {
                      next[0] = found.number() + 1;
                      each.accept(found.frame(header.bootId()));
                    }
                  });
        }
      }
    } catch (IOException e) {
      throw new JournalException("journal " + directory + ": " + IoReason.of(e));
    }
  }

  /** Whether it is complete and has no such number: then it need not be read. */
  private static boolean endsBelow(Path file, long number) throws IOException {
    SegmentHeader header = read(file, SegmentHeader.BYTES).map(SegmentHeader::read).orElse(null);
    return header != null && !header.open() && header.end() <= number;
  }

  /**
   * A small value of the journal, see {@link HitJournal#state(String)}.
   *
   * @throws JournalException when the directory cannot be read
   */
  public static Optional<byte[]> state(Path directory, String name) throws JournalException {
    try {
      return slots(directory.resolve(JournalFiles.state(name))).value();
    } catch (IOException e) {
      throw new JournalException("journal " + directory + ": " + IoReason.of(e));
    }
  }

  private static int limit(SegmentHeader header, MemorySegment memory) {
    int size = (int) memory.byteSize();
    return Math.min(size, header.open() ? header.bytes() : header.used());
  }

  private static String problem(SegmentHeader header, String name) {
    if (header.version() != SegmentHeader.VERSION) {
      return "format version " + header.version();
    }
    return header.number() == JournalFiles.segmentNumber(name)
        ? ""
        : "says it is segment " + header.number();
  }

  private static Optional<SegmentInfo> inspect(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    MemorySegment memory = read(file).orElse(null);
    if (memory == null) {
      return Optional.empty();
    }
    SegmentHeader header = SegmentHeader.read(memory);
    if (header == null) {
      return Optional.of(unfit(name, memory, "no whole header"));
    }
    String problem = problem(header, name);
    long[] observed = new long[2];
    SegmentScan scan =
        header.version() == SegmentHeader.VERSION
            ? SegmentScan.of(
                memory,
                header,
                limit(header, memory),
                new FrameScanner(),
                found -> {
                  observed[0] = observed[0] == 0 ? found.observed() : observed[0];
                  observed[1] = found.observed();
                })
            : new SegmentScan(0, 0, Math.max(header.first(), header.end()), 0, false);
    long end = header.open() ? scan.end() : Math.max(scan.end(), header.end());
    return Optional.of(
        new SegmentInfo(
            name,
            JournalFiles.segmentNumber(name),
            header.first(),
            end,
            !header.open(),
            scan.frames(),
            scan.missing() + end - scan.end(),
            scan.used(),
            memory.byteSize(),
            observed[0],
            observed[1],
            header.bootId(),
            header.recordVersion(),
            problem));
  }

  private static SegmentInfo unfit(String name, MemorySegment memory, String problem) {
    long number = JournalFiles.segmentNumber(name);
    return new SegmentInfo(
        name, number, 0, 0, false, 0, 0, 0, memory.byteSize(), 0, 0, "", 0, problem);
  }

  private static ReaderInfo reader(Path file, String fileName, long end) throws IOException {
    String name = String.valueOf(JournalFiles.reader(fileName));
    SlotPair slots = slots(file);
    Cursor cursor = slots.value().map(Cursor::decode).orElse(null);
    if (cursor == null) {
      return new ReaderInfo(name, -1, end, 0, 0, 0, "no whole cursor");
    }
    byte[] account = cursor.account();
    return new ReaderInfo(
        name,
        cursor.next(),
        Math.max(0, end - cursor.next()),
        cursor.damaged(),
        cursor.dropped(),
        account == null ? 0 : account.length,
        slots.damaged() ? "one of two copies damaged" : "");
  }

  /** A copy: nothing is written there. Without a value when there is no such file. */
  private static SlotPair slots(Path file) throws IOException {
    byte[] whole = new byte[SlotPair.BYTES];
    MemorySegment found = read(file).orElse(MemorySegment.ofArray(new byte[0]));
    MemorySegment memory = MemorySegment.ofArray(whole);
    MemorySegment.copy(found, 0, memory, 0, Math.min(found.byteSize(), memory.byteSize()));
    return new SlotPair(memory);
  }

  /** Empty when it is gone meanwhile. */
  private static Optional<MemorySegment> read(Path file) throws IOException {
    return read(file, MAX_SEGMENT);
  }

  private static Optional<MemorySegment> read(Path file, int most) throws IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try (FileChannel channel =
        FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(channel.size(), most));
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // Until it is all there.
      }
      return Optional.of(MemorySegment.ofBuffer(bytes.flip()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static @Nullable Long holder(Path directory) throws IOException {
    Path lock = directory.resolve(JournalFiles.LOCK);
    if (!Files.isRegularFile(lock, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.READ)) {
      // A killed agent leaves its pid: only one that lives holds the lock.
      return JournalDirectory.holder(channel)
          .filter(pid -> ProcessHandle.of(pid).isPresent())
          .orElse(null);
    }
  }
}

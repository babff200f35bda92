/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Segments and small values in files of a directory, mapped. */
final class FileStore implements SegmentStore {

  /** Gives a new file its room. */
  @FunctionalInterface
  interface Allocator {
    /**
     * Makes the file that long, zeroed, with every block allocated: a store to a mapped page
     * without one would be a SIGBUS on a full disk.
     */
    void allocate(FileChannel channel, long bytes) throws IOException;
  }

  private static final int CHUNK = 256 << 10;

  private final JournalDirectory directory;
  private final boolean forcing;
  private final Allocator allocator;
  private final Arena slots = Arena.ofShared();
  private long spares;

  /**
   * A store.
   *
   * @param directory kept by the caller
   * @param forcing whether files and their names are forced to the medium when they are made; else
   *     that is the syncer's, which keeps it out of the ring thread
   */
  FileStore(JournalDirectory directory, boolean forcing, Allocator allocator) {
    this.directory = directory;
    this.forcing = forcing;
    this.allocator = allocator;
  }

  /** Writes zeros. */
  static void writeZeros(FileChannel channel, long bytes) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(CHUNK, bytes));
    long at = 0;
    while (at < bytes) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at));
      at += channel.write(zeros, at);
    }
  }

  /** A file, mapped or not. */
  private static final class MappedFile implements Segment.Backing {
    private final long bytes;
    private Path path;
    private @Nullable Arena arena;
    private @Nullable MemorySegment memory;

    MappedFile(Path path, long bytes) {
      this.path = path;
      this.bytes = bytes;
    }

    @SuppressWarnings("MustBeClosedChecker") // by unmap()
    void map() throws IOException {
      if (memory != null) {
        return;
      }
      Arena opened = Arena.ofShared();
      try (FileChannel channel = openExisting(path)) {
        memory = channel.map(MapMode.READ_WRITE, 0, bytes, opened);
        arena = opened;
      } catch (IOException | RuntimeException e) {
        opened.close();
        throw e;
      }
    }

    void unmap() {
      memory = null;
      if (arena != null) {
        arena.close();
        arena = null;
      }
    }

    @Override
    public MemorySegment memory() {
      return Objects.requireNonNull(memory, "not mapped");
    }

    @Override
    public long allocated() {
      return bytes;
    }

    @Override
    public String name() {
      return String.valueOf(path.getFileName());
    }
  }

  private static FileChannel openExisting(Path path) throws IOException {
    return FileChannel.open(
        path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public Segment create(SegmentHeader header) throws IOException {
    Path target = directory.file(JournalFiles.segment(header.number()));
    Path temporary = allocated(target, header.bytes());
    MappedFile file = new MappedFile(temporary, header.bytes());
    try {
      file.map();
      header.write(file.memory());
      return named(file, header, target);
    } catch (IOException | RuntimeException | InternalError e) {
      file.unmap();
      Files.deleteIfExists(file.path);
      throw e;
    }
  }

  private Path allocated(Path target, long bytes) throws IOException {
    Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
    Files.deleteIfExists(temporary);
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            JournalDirectory.FILE_MODE)) {
      allocator.allocate(channel, bytes);
      if (forcing) {
        channel.force(true);
      }
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
    return temporary;
  }

  /** Gives it its name last: a file of that name has a header. */
  private Segment named(MappedFile file, SegmentHeader header, Path target) throws IOException {
    if (forcing) {
      file.memory().force();
    }
    file.path = Files.move(file.path, target, StandardCopyOption.ATOMIC_MOVE);
    if (forcing) {
      directory.force();
    }
    return new Segment(header, file);
  }

  /** A segment an earlier run left. Not mapped. */
  Segment recovered(SegmentHeader sealedHeader, Path path, long bytes, int used, boolean damaged) {
    return new Segment(sealedHeader, new MappedFile(path, bytes), used, damaged);
  }

  @Override
  public Segment reuse(Segment spare, SegmentHeader header) throws IOException {
    MappedFile file = (MappedFile) spare.backing;
    header.write(file.memory());
    return named(file, header, directory.file(JournalFiles.segment(header.number())));
  }

  @Override
  public void map(Segment segment) throws IOException {
    ((MappedFile) segment.backing).map();
  }

  @Override
  public void unmap(Segment segment) {
    ((MappedFile) segment.backing).unmap();
  }

  @Override
  public void close(Segment segment) {
    unmap(segment);
  }

  @Override
  public void clear(Segment segment) throws IOException {
    MappedFile file = (MappedFile) segment.backing;
    file.map();
    // The name goes first: a killed agent leaves a spare, not a segment of zeros.
    Path spare = directory.file(JournalFiles.spare(spares++));
    file.path = Files.move(file.path, spare, StandardCopyOption.REPLACE_EXISTING);
    file.memory().asSlice(0, segment.published).fill((byte) 0);
  }

  @Override
  public void delete(Segment segment) throws IOException {
    MappedFile file = (MappedFile) segment.backing;
    file.unmap();
    Files.deleteIfExists(file.path);
  }

  @Override
  public void setAside(Segment segment) throws IOException {
    MappedFile file = (MappedFile) segment.backing;
    file.unmap();
    directory.setAside(file.path);
  }

  @Override
  public void forceNames() {
    directory.force();
  }

  @Override
  public SlotPair slots(String name) throws IOException {
    Path path = directory.file(name);
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      Path temporary = allocated(path, SlotPair.BYTES);
      Path _ = Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
      if (forcing) {
        directory.force();
      }
    }
    try (FileChannel channel = openExisting(path)) {
      if (channel.size() < SlotPair.BYTES) {
        // Cut short: what is left of it is judged like any content.
        writeZeros(channel, channel.size(), SlotPair.BYTES);
      }
      return new SlotPair(channel.map(MapMode.READ_WRITE, 0, SlotPair.BYTES, slots));
    }
  }

  @Override
  public void deleteSlots(String name) throws IOException {
    Files.deleteIfExists(directory.file(name));
  }

  private static void writeZeros(FileChannel channel, long from, long to) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate((int) (to - from));
    long at = from;
    while (zeros.hasRemaining()) {
      at += channel.write(zeros, at);
    }
  }

  @Override
  public void release() {
    slots.close();
    directory.close();
  }
}

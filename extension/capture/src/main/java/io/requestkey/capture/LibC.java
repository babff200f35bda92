/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static io.requestkey.capture.Native.INT;
import static io.requestkey.capture.Native.LONG;
import static io.requestkey.capture.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The C library calls the capture needs. Calls that can fail return the negative errno, as the
 * kernel does. Safe for any thread.
 */
final class LibC {

  static final int PROT_READ = 1;
  static final int PROT_WRITE = 2;
  static final int MAP_SHARED = 1;
  static final short POLLIN = 1;
  static final int CLOCK_BOOTTIME = 7;

  private static final Native LIBC = new Native(Native.linker().defaultLookup());

  private static final MethodHandle MMAP =
      LIBC.errnoFunction("mmap", LONG, POINTER, LONG, INT, INT, INT, LONG);
  private static final MethodHandle MUNMAP = LIBC.errnoFunction("munmap", INT, POINTER, LONG);
  private static final MethodHandle POLL = LIBC.errnoFunction("poll", INT, POINTER, LONG, INT);
  private static final MethodHandle EVENTFD = LIBC.errnoFunction("eventfd", INT, INT, INT);
  private static final MethodHandle WRITE = LIBC.errnoFunction("write", LONG, INT, POINTER, LONG);
  private static final MethodHandle CLOSE = LIBC.errnoFunction("close", INT, INT);
  private static final MethodHandle GETPAGESIZE = LIBC.function("getpagesize", INT);
  private static final MethodHandle CLOCK_GETTIME =
      LIBC.errnoFunction("clock_gettime", INT, INT, POINTER);
  private static final MethodHandle MOUNT =
      LIBC.errnoFunction("mount", INT, POINTER, POINTER, POINTER, LONG, POINTER);
  private static final MethodHandle OPEN = LIBC.variadic("open", 2, INT, POINTER, INT, INT);
  private static final MethodHandle FLOCK = LIBC.errnoFunction("flock", INT, INT, INT);
  private static final MethodHandle SYSCALL =
      LIBC.variadic("syscall", 1, LONG, LONG, LONG, LONG, LONG, LONG, LONG);

  private LibC() {}

  /** Maps shared; the address, or the negative errno. */
  static long mmap(long length, int protection, int fd, long offset) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment capture = Native.errnoSegment(arena);
      long address =
          (long)
              MMAP.invokeExact(
                  capture, MemorySegment.NULL, length, protection, MAP_SHARED, fd, offset);
      return address == -1 ? -Native.errno(capture) : address;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  static void munmap(MemorySegment mapping) {
    try (Arena arena = Arena.ofConfined()) {
      int _ = (int) MUNMAP.invokeExact(Native.errnoSegment(arena), mapping, mapping.byteSize());
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /**
   * Waits; blocks the platform thread.
   *
   * @param capture errno segment of the calling thread
   * @param pollfds array of struct pollfd
   */
  static int poll(MemorySegment capture, MemorySegment pollfds, int count, int timeoutMillis) {
    try {
      int n = (int) POLL.invokeExact(capture, pollfds, (long) count, timeoutMillis);
      return n < 0 ? -Native.errno(capture) : n;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  static int eventfd() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment capture = Native.errnoSegment(arena);
      int fd = (int) EVENTFD.invokeExact(capture, 0, 0);
      return fd < 0 ? -Native.errno(capture) : fd;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** Adds one to an eventfd. */
  static void signal(int eventfd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(LONG, 1L);
      long _ = (long) WRITE.invokeExact(Native.errnoSegment(arena), eventfd, one, 8L);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  static void close(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      int _ = (int) CLOSE.invokeExact(Native.errnoSegment(arena), fd);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** A file descriptor of what exists, or the negative errno. */
  static int open(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment capture = Native.errnoSegment(arena);
      int fd = (int) OPEN.invokeExact(capture, arena.allocateFrom(path), flags, 0);
      return fd < 0 ? -Native.errno(capture) : fd;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** 0 or the negative errno. */
  static int flock(int fd, int operation) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment capture = Native.errnoSegment(arena);
      int r = (int) FLOCK.invokeExact(capture, fd, operation);
      return r < 0 ? -Native.errno(capture) : r;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  static int pageSize() {
    try {
      return (int) GETPAGESIZE.invokeExact();
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** A clock in ns. */
  static long clockNanos(int clock) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment timespec = arena.allocate(16, 8);
      int _ = (int) CLOCK_GETTIME.invokeExact(Native.errnoSegment(arena), clock, timespec);
      return timespec.get(LONG, 0) * 1_000_000_000L + timespec.get(LONG, 8);
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** mount(type, where, type, 0, NULL): 0 or the negative errno. */
  static int mount(String type, String where) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment capture = Native.errnoSegment(arena);
      MemorySegment name = arena.allocateFrom(type);
      int r =
          (int)
              MOUNT.invokeExact(
                  capture, name, arena.allocateFrom(where), name, 0L, MemorySegment.NULL);
      return r < 0 ? -Native.errno(capture) : r;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** A system call by number: its result or the negative errno. */
  static long syscall(long number, long a, long b, long c, long d, long e) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment capture = Native.errnoSegment(arena);
      long r = (long) SYSCALL.invokeExact(capture, number, a, b, c, d, e);
      return r == -1 ? -Native.errno(capture) : r;
    } catch (Throwable t) {
      throw Native.unexpected(t);
    }
  }

  /** struct pollfd, 8 bytes on every architecture. */
  static void setPollFd(MemorySegment pollfds, int index, int fd) {
    pollfds.set(INT, index * 8L, fd);
    pollfds.set(ValueLayout.JAVA_SHORT, index * 8L + 4, POLLIN);
    pollfds.set(ValueLayout.JAVA_SHORT, index * 8L + 6, (short) 0);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Memory of a process through {@code /proc/PID/mem}. The kernel ties it to the program that ran
 * when it was opened: after an exec nothing can be read. Not thread-safe. Owns the open file.
 */
final class ProcessMemory implements RemoteMemory, AutoCloseable {

  private final FileChannel file;

  /**
   * Opens it.
   *
   * @throws IOException when there is no such process, or its memory may not be read
   */
  ProcessMemory(Path directory) throws IOException {
    file = FileChannel.open(directory.resolve("mem"), StandardOpenOption.READ);
  }

  @Override
  public byte @Nullable [] read(long address, int length) {
    // Addresses of user space are positive; a negative one is the kernel's, or nonsense.
    if (address <= 0 || address > Long.MAX_VALUE - length) {
      return null;
    }
    ByteBuffer buffer = ByteBuffer.allocate(length);
    try {
      while (buffer.hasRemaining()) {
        if (file.read(buffer, address + buffer.position()) <= 0) {
          return null;
        }
      }
    } catch (IOException e) {
      return null; // EIO: not mapped
    }
    return buffer.array();
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      // Only read from.
    }
  }
}

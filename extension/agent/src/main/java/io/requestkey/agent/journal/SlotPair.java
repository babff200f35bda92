/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A small value that is replaced as a whole: two checksummed slots, written in turn. Whenever a
 * write is interrupted, the other slot still has the value before it.
 *
 * <p>Slot: int CRC32C of the rest, int length, long sequence, value. Not safe for several threads.
 */
final class SlotPair {

  static final int SLOT_BYTES = 4096;

  /** Bytes of both. */
  static final int BYTES = 2 * SLOT_BYTES;

  private static final int AT_LENGTH = 4;
  private static final int AT_SEQUENCE = 8;
  private static final int AT_VALUE = 16;

  /** The largest value, in bytes. */
  static final int MAX_VALUE = SLOT_BYTES - AT_VALUE;

  private final MemorySegment memory;
  private final CRC32C crc = new CRC32C();
  private final byte[] slot = new byte[SLOT_BYTES];
  private final boolean damaged;
  private byte @Nullable [] value;
  private long sequence;
  private int next;

  /**
   * Reads what is there.
   *
   * @param memory of {@link #BYTES} bytes and any content
   */
  SlotPair(MemorySegment memory) {
    this.memory = memory;
    boolean bad = false;
    for (int i = 0; i < 2; i++) {
      if (load(i)) {
        long found = (long) Bytes.LONG_IN_ARRAY.get(slot, AT_SEQUENCE);
        if (value == null || found > sequence) {
          sequence = found;
          value = Arrays.copyOfRange(slot, AT_VALUE, AT_VALUE + length());
          next = 1 - i;
        }
      } else {
        bad |= !blank(i);
      }
    }
    damaged = bad;
  }

  /** The newest whole value; empty when there is none. */
  Optional<byte[]> value() {
    byte[] present = value;
    return present == null ? Optional.empty() : Optional.of(present.clone());
  }

  /** Whether a slot held something that was no whole value when this was made. */
  boolean damaged() {
    return damaged;
  }

  void write(byte[] replacement) {
    if (replacement.length > MAX_VALUE) {
      throw new IllegalArgumentException(
          "a value of " + replacement.length + " bytes; at most " + MAX_VALUE + " are kept");
    }
    MemorySegment bytes = MemorySegment.ofArray(slot);
    bytes.set(Bytes.INT, AT_LENGTH, replacement.length);
    bytes.set(Bytes.LONG, AT_SEQUENCE, ++sequence);
    System.arraycopy(replacement, 0, slot, AT_VALUE, replacement.length);
    int size = AT_VALUE + replacement.length;
    bytes.set(Bytes.INT, 0, crc(size));
    MemorySegment.copy(slot, 0, memory, Bytes.BYTE, (long) next * SLOT_BYTES, size);
    // The next write, to the other slot, comes after this one, also for who finds the memory later.
    VarHandle.releaseFence();
    value = replacement.clone();
    next = 1 - next;
  }

  /** Forces it to the medium, if it has one. */
  void force() {
    if (memory.isMapped()) {
      memory.force();
    }
  }

  private boolean load(int index) {
    MemorySegment.copy(memory, Bytes.BYTE, (long) index * SLOT_BYTES, slot, 0, SLOT_BYTES);
    int length = length();
    return length >= 0
        && length <= MAX_VALUE
        && MemorySegment.ofArray(slot).get(Bytes.INT, 0) == crc(AT_VALUE + length);
  }

  private int length() {
    return MemorySegment.ofArray(slot).get(Bytes.INT, AT_LENGTH);
  }

  private int crc(int size) {
    crc.reset();
    crc.update(slot, AT_LENGTH, size - AT_LENGTH);
    return (int) crc.getValue();
  }

  private boolean blank(int index) {
    for (int i = 0; i < SLOT_BYTES; i += 8) {
      if (memory.get(Bytes.LONG, (long) index * SLOT_BYTES + i) != 0) {
        return false;
      }
    }
    return true;
  }
}

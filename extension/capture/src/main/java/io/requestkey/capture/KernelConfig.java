/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** Makes the bytes of {@code struct rk_config}. */
final class KernelConfig {

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  /** The section it is in, and so the map. */
  static final String MAP = ".rodata.config";

  private KernelConfig() {}

  /** The self-test's nonce in a configuration. */
  static long nonce(MemorySegment config) {
    return config.get(LONG, ConfigLayout.SELFTEST_NONCE);
  }

  /** The part that the filters make: the same for the same filters. */
  static byte[] filterBytes(Filters filters) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment config = arena.allocate(ConfigLayout.SIZE, 8);
      filters(config, filters);
      return config.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  static MemorySegment bytes(Arena arena, Filters filters, long selfTestNonce, long bootNanos) {
    SecureRandom random = new SecureRandom();
    MemorySegment config = arena.allocate(ConfigLayout.SIZE, 8);
    for (int i = 0; i < 3; i++) {
      config.set(LONG, ConfigLayout.ID_SEED + 8L * i, random.nextLong());
    }
    // In µs so that a restart begins above all sequence numbers of the last one: no CPU makes a
    // million hits a second for the whole life of an agent.
    config.set(LONG, ConfigLayout.SEQ_BASE, bootNanos / 1_000);
    config.set(LONG, ConfigLayout.SELFTEST_NONCE, selfTestNonce);
    filters(config, filters);
    return config;
  }

  private static void filters(MemorySegment config, Filters filters) {
    int bits = 0;
    if (filters.pid() != null) {
      bits |= ConfigLayout.BIT_PID;
      config.set(INT, ConfigLayout.FILTER_PID, filters.pid());
    }
    if (filters.uid() != null) {
      bits |= ConfigLayout.BIT_UID;
      config.set(INT, ConfigLayout.FILTER_UID, filters.uid());
    }
    if (filters.cgroupId() != null) {
      bits |= ConfigLayout.BIT_CGROUP;
      config.set(LONG, ConfigLayout.FILTER_CGROUP, filters.cgroupId());
    }
    if (filters.comm() != null) {
      bits |= ConfigLayout.BIT_COMM;
      text(config, ConfigLayout.FILTER_COMM, filters.comm());
    }
    if (filters.type() != null) {
      bits |= ConfigLayout.BIT_TYPE;
      config.set(
          INT,
          ConfigLayout.FILTER_TYPE_LEN,
          text(config, ConfigLayout.FILTER_TYPE, filters.type()));
    }
    @Nullable String prefix = filters.descriptionPrefix();
    if (prefix != null) {
      bits |= ConfigLayout.BIT_DESCRIPTION;
      config.set(
          INT, ConfigLayout.FILTER_PREFIX_LEN, text(config, ConfigLayout.FILTER_PREFIX, prefix));
    }
    if (!filters.operations().isEmpty()) {
      bits |= ConfigLayout.BIT_OPERATION;
      long operations = 0;
      for (String operation : filters.operations()) {
        operations |= 1L << Filters.operationBit(operation);
      }
      config.set(LONG, ConfigLayout.FILTER_OPERATIONS, operations);
    }
    config.set(INT, ConfigLayout.FILTERS, bits);
  }

  private static int text(MemorySegment config, long offset, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    MemorySegment.copy(bytes, 0, config, ValueLayout.JAVA_BYTE, offset, bytes.length);
    return bytes.length;
  }
}

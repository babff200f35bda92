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
import java.util.List;

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

  /**
   * The part that was chosen: the same for the same choice.
   *
   * @param context bits of {@code enum rk_context_bit}
   */
  static byte[] chosenBytes(Filters filters, int context) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment config = arena.allocate(ConfigLayout.SIZE, 8);
      choose(config, filters, context);
      return config.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /**
   * Makes them.
   *
   * @param context bits of {@code enum rk_context_bit}
   */
  static MemorySegment bytes(
      Arena arena, Filters filters, int context, long selfTestNonce, long bootNanos) {
    SecureRandom random = new SecureRandom();
    MemorySegment config = arena.allocate(ConfigLayout.SIZE, 8);
    for (int i = 0; i < 3; i++) {
      config.set(LONG, ConfigLayout.ID_SEED + 8L * i, random.nextLong());
    }
    // In µs so that a restart begins above all sequence numbers of the last one: no CPU makes a
    // million hits a second for the whole life of an agent.
    config.set(LONG, ConfigLayout.SEQ_BASE, bootNanos / 1_000);
    config.set(LONG, ConfigLayout.SELFTEST_NONCE, selfTestNonce);
    choose(config, filters, context);
    return config;
  }

  private static void choose(MemorySegment config, Filters filters, int context) {
    config.set(INT, ConfigLayout.CONTEXT, context);
    config.set(INT, ConfigLayout.OWN_PROCESS, filters.ownProcess() ? 1 : 0);
    filter(config.asSlice(ConfigLayout.WANTED, ConfigLayout.FILTER_SIZE), filters.wanted());
    filter(config.asSlice(ConfigLayout.UNWANTED, ConfigLayout.FILTER_SIZE), filters.unwanted());
  }

  private static void filter(MemorySegment filter, Criteria criteria) {
    int given = 0;
    given |= count(filter, ConfigLayout.PIDS, criteria.pids(), ConfigLayout.BIT_PID);
    given |= count(filter, ConfigLayout.UIDS, criteria.uids(), ConfigLayout.BIT_UID);
    given |= count(filter, ConfigLayout.COMMS, criteria.comms(), ConfigLayout.BIT_COMM);
    given |= count(filter, ConfigLayout.CGROUPS, criteria.cgroups(), ConfigLayout.BIT_CGROUP);
    given |= count(filter, ConfigLayout.TYPES, criteria.types(), ConfigLayout.BIT_TYPE);
    given |=
        count(
            filter,
            ConfigLayout.PREFIXES,
            criteria.descriptionPrefixes(),
            ConfigLayout.BIT_DESCRIPTION);
    for (int i = 0; i < criteria.pids().size(); i++) {
      filter.set(INT, ConfigLayout.PID + 4L * i, criteria.pids().get(i));
    }
    for (int i = 0; i < criteria.uids().size(); i++) {
      filter.set(INT, ConfigLayout.UID + 4L * i, criteria.uids().get(i));
    }
    for (int i = 0; i < criteria.comms().size(); i++) {
      text(
          filter, ConfigLayout.COMM + (long) RecordLayout.COMM_LENGTH * i, criteria.comms().get(i));
    }
    for (int i = 0; i < criteria.cgroups().size(); i++) {
      long at = ConfigLayout.CGROUP + (long) ConfigLayout.CGROUP_SIZE * i;
      filter.set(LONG, at, criteria.cgroups().get(i).id());
    }
    for (int i = 0; i < criteria.types().size(); i++) {
      counted(
          filter, ConfigLayout.TYPE + (long) ConfigLayout.TYPE_CAP * i, criteria.types().get(i));
    }
    for (int i = 0; i < criteria.descriptionPrefixes().size(); i++) {
      counted(
          filter,
          ConfigLayout.PREFIX + (ConfigLayout.PREFIX_CAP + 1L) * i,
          criteria.descriptionPrefixes().get(i));
    }
    long operations = 0;
    for (String operation : criteria.operations()) {
      operations |= 1L << Criteria.operationBit(operation);
      given |= ConfigLayout.BIT_OPERATION;
    }
    filter.set(LONG, ConfigLayout.OPERATIONS, operations);
    filter.set(INT, ConfigLayout.GIVEN, given);
  }

  private static int count(MemorySegment filter, long offset, List<?> values, int bit) {
    filter.set(INT, offset, values.size());
    return values.isEmpty() ? 0 : bit;
  }

  /** One byte that says how many follow, and those. */
  private static void counted(MemorySegment filter, long offset, String value) {
    filter.set(ValueLayout.JAVA_BYTE, offset, (byte) text(filter, offset + 1, value));
  }

  private static int text(MemorySegment filter, long offset, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    MemorySegment.copy(bytes, 0, filter, ValueLayout.JAVA_BYTE, offset, bytes.length);
    return bytes.length;
  }
}

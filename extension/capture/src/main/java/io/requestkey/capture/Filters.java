/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which hits are wanted; decided in the kernel, before the ring. All that are given must match; a
 * null or empty one matches everything.
 *
 * <p>For keyctl, type and description are those of the call that returned the key: with either
 * filter, a keyctl hit is wanted when it has an origin that was wanted.
 *
 * @param type key type, at most 31 bytes
 * @param descriptionPrefix how the description begins, at most 64 bytes
 * @param uid real user id of the caller
 * @param comm name of the calling task, at most 15 bytes
 * @param cgroupId id of the caller's cgroup (v2)
 * @param pid process id of the caller, in the initial pid namespace
 * @param operations {@code request_key}, {@code add_key} or names of keyctl operations
 */
public record Filters(
    @Nullable String type,
    @Nullable String descriptionPrefix,
    @Nullable Integer uid,
    @Nullable String comm,
    @Nullable Long cgroupId,
    @Nullable Integer pid,
    Set<String> operations) {

  /** Everything is wanted. */
  public static final Filters NONE = new Filters(null, null, null, null, null, null, Set.of());

  public Filters {
    operations = Set.copyOf(operations);
    requireFits("type", type, ConfigLayout.TYPE_CAP - 1);
    requireFits("description prefix", descriptionPrefix, ConfigLayout.PREFIX_CAP);
    requireFits("comm", comm, RecordLayout.COMM_LENGTH - 1);
    for (String operation : operations) {
      operationBit(operation);
    }
  }

  /** The bit of an operation in {@code rk_config.filter_operations}. */
  static int operationBit(String operation) {
    if (operation.equalsIgnoreCase("request_key")) {
      return ConfigLayout.OPERATION_REQUEST_KEY;
    }
    if (operation.equalsIgnoreCase("add_key")) {
      return ConfigLayout.OPERATION_ADD_KEY;
    }
    KeyctlOperation known = KeyctlOperation.named(operation);
    if (known == null) {
      throw new IllegalArgumentException(
          "unknown operation '"
              + operation
              + "': request_key, add_key or a keyctl operation such as read");
    }
    return known.number();
  }

  private static void requireFits(String name, @Nullable String value, int max) {
    if (value == null) {
      return;
    }
    int length = value.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    if (length == 0 || length > max) {
      throw new IllegalArgumentException(
          name + " '" + value + "' has " + length + " bytes: 1 to " + max + " are possible");
    }
  }
}

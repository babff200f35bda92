/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Values to compare a hit with, at most {@value #MAX_VALUES} of each kind; an empty list asks
 * nothing.
 *
 * @param types key types, of at most 31 bytes
 * @param descriptionPrefixes how the description begins, at most 64 bytes each
 * @param uids real user ids of the caller
 * @param comms names of the calling task, at most 15 bytes each
 * @param cgroups cgroups of the caller, with those below
 * @param pids process ids of the caller, in the initial pid namespace
 * @param operations {@code request_key}, {@code add_key} or names of keyctl operations, any number
 */
public record Criteria(
    List<String> types,
    List<String> descriptionPrefixes,
    List<Integer> uids,
    List<String> comms,
    List<CgroupSubtree> cgroups,
    List<Integer> pids,
    List<String> operations) {

  /** Values of one kind there can be. */
  public static final int MAX_VALUES = 8;

  /** Nothing is asked. */
  public static final Criteria NONE =
      new Criteria(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

  public Criteria {
    types = List.copyOf(types);
    descriptionPrefixes = List.copyOf(descriptionPrefixes);
    uids = List.copyOf(uids);
    comms = List.copyOf(comms);
    cgroups = List.copyOf(cgroups);
    pids = List.copyOf(pids);
    operations = List.copyOf(operations);
    requireFew("types", types);
    requireFew("description prefixes", descriptionPrefixes);
    requireFew("uids", uids);
    requireFew("comms", comms);
    requireFew("cgroups", cgroups);
    requireFew("pids", pids);
    types.forEach(type -> requireFits("type", type, ConfigLayout.TYPE_CAP - 1));
    descriptionPrefixes.forEach(
        prefix -> requireFits("description prefix", prefix, ConfigLayout.PREFIX_CAP));
    comms.forEach(comm -> requireFits("comm", comm, RecordLayout.COMM_LENGTH - 1));
    operations.forEach(Criteria::operationBit);
  }

  /** The bit of an operation in {@code rk_filter.operations}. */
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

  private static void requireFew(String name, List<?> values) {
    if (values.size() > MAX_VALUES) {
      throw new IllegalArgumentException(
          values.size() + " " + name + ": at most " + MAX_VALUES + " are possible");
    }
  }

  private static void requireFits(String name, String value, int max) {
    int length = value.getBytes(StandardCharsets.UTF_8).length;
    if (length == 0 || length > max) {
      throw new IllegalArgumentException(
          name + " '" + value + "' has " + length + " bytes: 1 to " + max + " are possible");
    }
  }
}

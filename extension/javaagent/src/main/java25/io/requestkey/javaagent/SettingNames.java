/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The settings there are, to tell one that is misspelt. */
final class SettingNames {

  private static final List<String> FILTERS =
      List.of("type", "description.prefix", "uid", "comm", "cgroup", "operation", "pid");

  /** Without prefix; those of the host agent may be set for a whole host. */
  private static final Set<String> KNOWN =
      Set.of(
          "app.span",
          "capture",
          "console",
          "http",
          "journal",
          "journal.full",
          "journal.size",
          "journal.sync",
          "journal.sync.interval",
          "libbpf",
          "link.window",
          "overload.spans",
          "pin",
          "publish",
          "publish.virtual.threads",
          "redact.callout",
          "redact.description",
          "redact.salt",
          "request.size",
          "ring.size",
          "stop.timeout",
          "syscall.probes");

  private SettingNames() {}

  /**
   * Of some names those that are no setting of the extension or the host agent.
   *
   * @param given properties and variables
   */
  static List<String> unknown(Collection<String> given) {
    return given.stream().filter(name -> !known(Setting.property(name))).toList();
  }

  private static boolean known(String property) {
    return property.startsWith(Setting.PREFIX)
        && Stream.concat(
                KNOWN.stream(),
                FILTERS.stream().flatMap(filter -> Stream.of(filter, "not." + filter)))
            .anyMatch(property.substring(Setting.PREFIX.length())::equals);
  }
}

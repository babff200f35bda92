/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * Which container and pod a cgroup belongs to, by its path. The layouts are those of Docker
 * (systemd: {@code docker-ID.scope}, cgroupfs: {@code docker/ID}), containerd ({@code
 * cri-containerd-ID.scope}, {@code SLICE:cri-containerd:ID}), CRI-O ({@code crio-ID.scope}), Podman
 * ({@code libpod-ID.scope}) and the kubelet ({@code kubepods-QOS-podUID.slice}, {@code
 * kubepods/QOS/podUID/ID}). The monitors of containers ({@code crio-conmon-ID.scope}) are outside
 * them.
 *
 * @param containerId 64 lower-case hex digits, of the innermost container, or null
 * @param podUid uid of the innermost pod as Kubernetes writes it, or null
 */
record ContainerPath(@Nullable String containerId, @Nullable String podUid) {

  static final ContainerPath NONE = new ContainerPath(null, null);

  private static final int ID_LENGTH = 64;
  private static final int UID_LENGTH = 36;

  /** A static pod has the hash of its manifest instead of a UUID. */
  private static final int STATIC_UID_LENGTH = 32;

  private static final String[] RUNTIMES = {
    "docker-", "cri-containerd-", "crio-", "libpod-", "nerdctl-"
  };

  /**
   * Looks at a path.
   *
   * @param cgroup path from the root of the hierarchy; its beginning may be missing
   */
  static ContainerPath of(String cgroup) {
    boolean pods = cgroup.contains("kubepods");
    String container = null;
    String pod = null;
    int end = cgroup.length();
    while (end > 0 && (container == null || (pods && pod == null))) {
      int start = cgroup.lastIndexOf('/', end - 1) + 1;
      String segment = cgroup.substring(start, end);
      if (container == null) {
        boolean listed = pods || cgroup.startsWith("/docker/", start - "/docker/".length());
        container = containerId(segment, listed);
      }
      if (pods && pod == null) {
        pod = podUid(segment);
      }
      end = start - 1;
    }
    return container == null && pod == null ? NONE : new ContainerPath(container, pod);
  }

  /**
   * @param listed whether the parent is one below which a bare id is a container
   */
  private static @Nullable String containerId(String segment, boolean listed) {
    String name =
        segment.endsWith(".scope")
            ? segment.substring(0, segment.length() - ".scope".length())
            : segment;
    int colon = name.lastIndexOf(':');
    int from = name.length() - ID_LENGTH;
    if (from < 0 || !hex(name, from, name.length())) {
      return null;
    }
    boolean known = from == 0 ? listed && name.length() == segment.length() : colon == from - 1;
    for (String runtime : RUNTIMES) {
      known |= from == runtime.length() && name.startsWith(runtime);
    }
    return known ? name.substring(from) : null;
  }

  private static @Nullable String podUid(String segment) {
    int from = segment.startsWith("pod") ? 3 : segment.lastIndexOf("-pod") + 4;
    if (from == 3 && !segment.startsWith("pod")) {
      return null;
    }
    int end = segment.indexOf(".slice", from);
    if (end < 0) {
      end = segment.length();
    }
    String uid = segment.substring(from, end).replace('_', '-');
    return uuid(uid) || (uid.length() == STATIC_UID_LENGTH && hex(uid, 0, uid.length()))
        ? uid
        : null;
  }

  private static boolean uuid(String text) {
    if (text.length() != UID_LENGTH) {
      return false;
    }
    for (int i = 0; i < UID_LENGTH; i++) {
      boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
      if (dash ? text.charAt(i) != '-' : !hex(text, i, i + 1)) {
        return false;
      }
    }
    return true;
  }

  private static boolean hex(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }
}

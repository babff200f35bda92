/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The map of threads that OBI pins (its devdocs/trace-profile-correlation.md): key pid and tid as
 * bpf_get_current_pid_tgid() gives them, value trace id and span id. Owns its descriptor.
 *
 * @param fd of the map
 * @param id of the map: another one when OBI has pinned another
 */
record ObiMap(int fd, int id) implements AutoCloseable {

  static final Path PIN = Path.of("/sys/fs/bpf/otel/traces_ctx_v1");

  private static final int HASH = 1;
  private static final int LRU_HASH = 9;
  private static final int KEY_BYTES = 8;
  private static final int VALUE_BYTES = 24;

  /**
   * Opens it.
   *
   * @throws CaptureException when it is not there or another map than expected; the message is the
   *     reason
   */
  static ObiMap open(BpfCalls bpf) throws CaptureException {
    if (!Files.exists(PIN)) {
      throw new CaptureException("no " + PIN);
    }
    int fd = bpf.open(PIN);
    if (fd < 0) {
      throw new CaptureException(PIN + ": " + Errno.name(-fd));
    }
    BpfCalls.MapInfo info = bpf.mapInfo(fd);
    if (info == null || !fits(info)) {
      LibC.close(fd);
      throw new CaptureException(PIN + " is not a map of threads to ids");
    }
    return new ObiMap(fd, info.id());
  }

  private static boolean fits(BpfCalls.MapInfo info) {
    return (info.type() == HASH || info.type() == LRU_HASH)
        && info.keyBytes() == KEY_BYTES
        && info.valueBytes() == VALUE_BYTES;
  }

  @Override
  public void close() {
    LibC.close(fd);
  }
}

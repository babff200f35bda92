/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import java.nio.file.Path;

/** The library by way of JNI, for JVMs without the foreign function interface (before 22). */
final class JniContext implements NativeContext {

  /**
   * Loads the library.
   *
   * @throws UnsatisfiedLinkError if the file cannot be loaded
   */
  JniContext(Path library) {
    System.load(library.toString());
  }

  @Override
  public native void threadPublish(long traceIdHigh, long traceIdLow, long spanId, int flags);

  @Override
  public native void threadClear();

  @Override
  public native long threadTlsOffset();

  @Override
  public native int processBegin(int payloadSize);

  @Override
  public native int processPut(int index, long bytes);

  @Override
  public native int processCommit();
}

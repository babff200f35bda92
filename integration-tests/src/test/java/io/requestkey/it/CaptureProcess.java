/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import io.requestkey.capture.Capture;
import io.requestkey.capture.CaptureOptions;
import io.requestkey.capture.Criteria;
import io.requestkey.capture.Filters;
import io.requestkey.capture.KindCounts;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A process that can be killed: captures, and has each record in a file before it leaves the ring.
 * A line on stdin asks for the counts; the end of stdin, to stop.
 */
final class CaptureProcess {

  private static volatile boolean stopping;
  private static volatile boolean asked;

  private CaptureProcess() {}

  /** FILE RING-BYTES DESCRIPTION-PREFIX PIN. */
  public static void main(String[] args) throws Exception {
    CaptureOptions defaults = CaptureOptions.defaults();
    CaptureOptions options =
        new CaptureOptions(
            defaults.mode(),
            defaults.syscallProbes(),
            Integer.parseInt(args[1]),
            new Filters(
                new Criteria(
                    List.of(),
                    List.of(args[2]),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of()),
                Criteria.NONE),
            CaptureOptions.Pin.valueOf(args[3]),
            defaults.appSpan(),
            defaults.library());
    Thread.ofPlatform().daemon(true).start(CaptureProcess::listen);
    ByteBuffer record = ByteBuffer.allocate(1 << 16);
    try (FileChannel file =
            FileChannel.open(
                Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        Capture capture = Capture.start(options)) {
      System.out.println("ready " + capture.epoch() + " " + capture.continued());
      while (!stopping) {
        drain(capture, file, record);
        if (asked) {
          asked = false;
          KindCounts counts = capture.counts().all();
          System.out.println(
              "counts "
                  + (counts.hits() - counts.filtered())
                  + " "
                  + counts.submitted()
                  + " "
                  + counts.totalLost()
                  + " "
                  + (capture.ring().pendingBytes() + capture.olderPendingBytes()));
        }
        capture.ring().await(10);
      }
      capture.detach();
    }
  }

  private static void drain(Capture capture, FileChannel file, ByteBuffer record) throws Exception {
    int _ = capture.drainOlder((data, at, length) -> append(file, record, data, at, length));
    int _ =
        capture.ring().drain((data, at, length) -> append(file, record, data, at, length), 4096);
  }

  private static boolean append(
      FileChannel file, ByteBuffer record, MemorySegment data, long at, int length) {
    record.clear().limit(length);
    MemorySegment.ofBuffer(record).copyFrom(data.asSlice(at, length));
    try {
      return file.write(record) == length;
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void listen() {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      while (in.readLine() != null) {
        asked = true;
      }
    } catch (java.io.IOException e) {
      // The other side is gone.
    }
    stopping = true;
  }
}

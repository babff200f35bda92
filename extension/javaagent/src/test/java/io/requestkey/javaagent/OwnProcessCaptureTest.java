/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.GlobalOpenTelemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Without the kernel's side. */
final class OwnProcessCaptureTest {

  private static final Logger LOGGER = Logger.getLogger(OwnProcessCapture.class.getName());

  @AfterEach
  void reset() {
    GlobalOpenTelemetry.resetForTest();
  }

  @Test
  void stoppedBeforeItHasBegunItLoadsNothingAndSaysNothing() {
    List<String> said = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            said.add(record.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    LOGGER.addHandler(handler);
    try {
      OwnProcessCapture capture = new OwnProcessCapture(new KernelIds());
      capture.stop(Duration.ZERO);

      capture.run();

      // Neither how it captures nor why not: it has not asked the kernel.
      assertThat(said).isEmpty();
    } finally {
      LOGGER.removeHandler(handler);
    }
  }
}

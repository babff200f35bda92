/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.requestkey.capture.AttachTable;
import io.requestkey.capture.Capture;
import io.requestkey.capture.CaptureException;
import io.requestkey.capture.CaptureOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code check}. */
@Command(
    name = "check",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Says what this host and kernel allow, and which way each fact is captured.")
final class CheckCommand implements Callable<Integer> {
  @Mixin private RunOptions options = new RunOptions();
  private final Diagnostics diagnostics;

  CheckCommand(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  @Override
  public Integer call() throws Exception {
    Settings settings = options.settings();
    System.out.println(
        "kernel   " + System.getProperty("os.version") + " " + System.getProperty("os.arch"));
    System.out.println("java     " + Runtime.version());
    try (Capture capture =
        Capture.start(
            settings
                .capture()
                .withPin(
                    settings.capture().pin() == CaptureOptions.Pin.OFF
                        ? CaptureOptions.Pin.OFF
                        : CaptureOptions.Pin.TRY))) {
      System.out.println("libbpf   " + capture.libbpfVersion());
      System.out.println(
          "strings  "
              + (capture.kernelCopies()
                  ? "the kernel's own copies"
                  : "the caller's memory (keyring.args.source=user)"));
      System.out.println();
      for (AttachTable.Row row : capture.attachTable().rows()) {
        System.out.printf("%-40s %s%n", row.fact(), row.way());
        if (!row.reason().isEmpty()) {
          System.out.printf("%-40s   because %s%n", "", row.reason());
        }
      }
      System.out.println();
      System.out.println("self-test passed");
      return 0;
    } catch (CaptureException e) {
      diagnostics.error(String.valueOf(e.getMessage()));
      return 1;
    }
  }
}

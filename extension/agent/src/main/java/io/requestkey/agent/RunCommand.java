/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent;

import io.requestkey.agent.journal.JournalException;
import io.requestkey.capture.Capture;
import io.requestkey.capture.CaptureException;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code run}. */
@Command(
    name = "run",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Captures and delivers until SIGINT or SIGTERM (the default).")
final class RunCommand implements Callable<Integer> {
  @Mixin private RunOptions options = new RunOptions();
  private final Diagnostics diagnostics;

  RunCommand(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  @Override
  public Integer call() throws Exception {
    return run(options, diagnostics);
  }

  static int run(RunOptions options, Diagnostics diagnostics)
      throws SettingException, JournalException, InterruptedException {
    Settings settings = options.settings();
    if (options.unpin()) {
      return unpin(settings, diagnostics);
    }
    Vertx vertx = Agent.vertx();
    try {
      Agent agent = Agent.create(settings, diagnostics, vertx);
      Stopper.onSignal(agent::stop);
      return agent.run(vertx);
    } finally {
      CountDownLatch closed = new CountDownLatch(1);
      var _ = vertx.close().onComplete(_ -> closed.countDown());
      boolean _ = closed.await(1, TimeUnit.SECONDS);
    }
  }

  private static int unpin(Settings settings, Diagnostics diagnostics) {
    try {
      Capture.Unpinned unpinned = Capture.unpin(settings.capture().library());
      unpinned.removed().forEach(name -> System.out.println("removed " + name));
      if (unpinned.removed().isEmpty()) {
        diagnostics.info("nothing was pinned");
      }
      if (unpinned.unread() > 0) {
        diagnostics.warn(
            unpinned.unread() + " records that no agent had taken from the ring went with it");
      }
      return 0;
    } catch (CaptureException e) {
      diagnostics.error(String.valueOf(e.getMessage()));
      return 1;
    }
  }
}

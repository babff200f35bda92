/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;

/** On this machine's own kernel, with or without kprobes. Needs root. */
final class HostKernelIT extends AgentContract {

  private static @Nullable Scenario scenario;

  @BeforeAll
  static void run() throws IOException, InterruptedException {
    scenario = Machine.host();
  }

  @Override
  Scenario scenario() {
    if (scenario == null) {
      throw new AssertionError("the scenario has not run");
    }
    return scenario;
  }

  @Override
  String argsSource() {
    return Files.exists(Path.of("/sys/bus/event_source/devices/kprobe")) ? "kernel" : "user";
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** On the kernels of bin/vm, which have kprobes: the strings are the kernel's own copies. */
@ParameterizedClass
@MethodSource("kernels")
final class GuestKernelIT extends AgentContract {

  private static @Nullable Boot last;

  /**
   * One boot for all tests of a kernel, which run one after the other; a failed one is not tried
   * again.
   */
  private record Boot(String kernel, @Nullable Scenario scenario, @Nullable Exception failure) {}

  @Parameter String kernel = "";

  static List<String> kernels() {
    return Arrays.asList(System.getProperty("kernels", "6.1").split(",", -1));
  }

  @Override
  Scenario scenario() {
    return scenarioOf(kernel);
  }

  private static Scenario scenarioOf(String kernel) {
    Boot boot = last;
    if (boot == null || !boot.kernel().equals(kernel)) {
      boot = boot(kernel);
      last = boot;
    }
    if (boot.scenario() == null) {
      throw new AssertionError("the scenario failed on kernel " + kernel, boot.failure());
    }
    return boot.scenario();
  }

  private static Boot boot(String kernel) {
    try {
      return new Boot(kernel, Machine.guest(kernel), null);
    } catch (IOException | AssertionError e) {
      return new Boot(kernel, null, e instanceof IOException io ? io : new IOException(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Boot(kernel, null, e);
    }
  }

  @Override
  String argsSource() {
    return "kernel";
  }

  @Test
  void kprobeOnRequestKeyAndLinkIsAttached() throws IOException {
    assertThat(scenario().file("grpc.attach.json")).contains("kprobe request_key_and_link");
  }
}

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

  private static @Nullable Scenario last;
  private static String lastKernel = "";

  @Parameter String kernel = "";

  static List<String> kernels() {
    return Arrays.asList(System.getProperty("kernels", "6.1").split(",", -1));
  }

  @Override
  Scenario scenario() {
    return scenarioOf(kernel);
  }

  /** One boot for all tests of a kernel; they run one after the other. */
  private static Scenario scenarioOf(String kernel) {
    Scenario of = last;
    if (of == null || !lastKernel.equals(kernel)) {
      try {
        of = Machine.guest(kernel);
      } catch (IOException e) {
        throw new AssertionError(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
      last = of;
      lastKernel = kernel;
    }
    return of;
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

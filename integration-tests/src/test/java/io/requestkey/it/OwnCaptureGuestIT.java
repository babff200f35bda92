/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** An application under the real Java agent that captures itself, on a kernel with kprobes. */
final class OwnCaptureGuestIT {

  @Test
  void callsWithinASpanAreItsChildrenAndLinkToTheRequest() throws Exception {
    Path root = Machine.root();
    Scenario scenario =
        Machine.guest(
            "own",
            "6.1",
            "own.sh",
            root.resolve("integration-tests/target/test-classes")
                + ":"
                + root.resolve("extension/agent/target/lib")
                + "/*",
            root.resolve("extension/javaagent/target/agents/newest.jar").toString(),
            Objects.requireNonNull(System.getProperty("extension")));
    Map<String, String> said = new HashMap<>();
    for (String line : scenario.file("own.app.out").lines().toList()) {
      String[] words = line.split(" ", 2);
      if (words.length == 2) {
        said.put(words[0], words[1]);
      }
    }

    new OwnCaptureRun(
            "it-own:guest",
            Integer.parseInt(scenario.file("own.status").strip()),
            scenario.file("own.app.err"),
            said,
            new Scenario.Items(scenario.logs(), scenario.spans()))
        .assertEverything("kernel");
    // Such as the trace events of return probes: there were some, and none is left.
    assertThat(scenario.file("own.held")).isNotEmpty();
    assertThat(scenario.file("own.left")).isEmpty();
  }
}

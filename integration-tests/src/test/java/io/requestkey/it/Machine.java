/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Where the scenario runs: this machine's kernel, or a guest's. */
final class Machine {

  private static final long LIMIT_MINUTES = 45;

  private static @Nullable Path programs; // guarded by the class

  private Machine() {}

  static Path root() {
    return Path.of("..").toAbsolutePath().normalize();
  }

  /**
   * Runs the scenario on this machine.
   *
   * @throws ScenarioFailure when it did not come to its end
   */
  static Scenario host() throws IOException, InterruptedException {
    return run("host", List.of("keyctl", "session", "-"), "scenario.sh", programs().toString());
  }

  /**
   * Runs the scenario in a guest of bin/vm.
   *
   * @throws ScenarioFailure when it did not come to its end
   */
  static Scenario guest(String kernel) throws IOException, InterruptedException {
    return guest("guest-" + kernel, kernel, "scenario.sh", programs().toString(), "story");
  }

  /**
   * Runs a script of the scenario folder in a guest.
   *
   * @param name folder of what it leaves
   * @param programs its third argument
   * @param more its arguments after the collector
   */
  static Scenario guest(String name, String kernel, String script, String programs, String... more)
      throws IOException, InterruptedException {
    Path out = out(name);
    Files.createDirectories(out);
    return run(
        name,
        List.of(
            root().resolve("bin/vm").toString(),
            "--kernel",
            kernel,
            "--share",
            out.toString(),
            "--timeout",
            "2400",
            "--"),
        script,
        programs,
        more);
  }

  private static Path out(String name) {
    return Path.of("target", "scenario", name).toAbsolutePath();
  }

  private static Scenario run(
      String name, List<String> prefix, String script, String programs, String... more)
      throws IOException, InterruptedException {
    Path out = out(name);
    Files.createDirectories(out);
    try (var old = Files.list(out)) {
      for (Path file : old.toList()) {
        Files.delete(file);
      }
    }
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            "bash",
            root().resolve("integration-tests/src/test/scenario/" + script).toString(),
            root().toString(),
            out.toString(),
            programs,
            otelcol()));
    command.addAll(List.of(more));
    Path log = out.resolveSibling(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    // What is tested is what this build has made; a guest is no place to compile in.
    builder.environment().put("REQUESTKEY_BUILD", "never");
    // Emulated, the best compiler does not pay; and code that it replaces while it runs is what
    // emulators get wrong.
    builder.environment().put("REQUESTKEY_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");
    Process process = builder.start();
    if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
      process.destroy();
      throw ScenarioFailure.of(
          "the scenario did not end within " + LIMIT_MINUTES + " minutes", log, out);
    }
    if (process.exitValue() != 0) {
      throw ScenarioFailure.of("the scenario ended with " + process.exitValue(), log, out);
    }
    return Scenario.read(out);
  }

  /** The collector that bin/test has built or was given. */
  static String otelcol() {
    String path = System.getProperty("otelcol", "");
    if (path.isEmpty()) {
      throw new AssertionError("no collector: run bin/test, or give -Dotelcol=PATH");
    }
    return path;
  }

  /** The folder of the programs that make calls, compiled once. */
  static synchronized Path programs() throws IOException, InterruptedException {
    Path compiled = programs;
    if (compiled == null) {
      compiled = compile();
      programs = compiled;
    }
    return compiled;
  }

  private static Path compile() throws IOException, InterruptedException {
    Path folder = Path.of("target", "programs").toAbsolutePath();
    Files.createDirectories(folder);
    for (String name : List.of("calls", "operations", "upcalls", "maps", "obi")) {
      Process clang =
          new ProcessBuilder(
                  "clang",
                  "-O2",
                  "-Wall",
                  "-Werror",
                  "-pthread",
                  "-o",
                  folder.resolve(name).toString(),
                  "src/test/c/" + name + ".c")
              .inheritIO()
              .start();
      if (clang.waitFor() != 0) {
        throw new AssertionError("clang failed on src/test/c/" + name + ".c");
      }
    }
    return folder;
  }
}

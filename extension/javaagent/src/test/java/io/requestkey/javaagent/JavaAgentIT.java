/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.context.Context;
import io.requestkey.javaagent.program.Application;
import io.requestkey.javaagent.program.MigrationStorm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The jar in the real Java agent, in JVMs of their own; the programs say what they read. */
final class JavaAgentIT {

  private static final String ALLOWED = "--enable-native-access=ALL-UNNAMED";
  private static final int FIRST_WITH_VIRTUAL_THREADS = 21;
  private static final int FIRST_TO_DENY_ALL_WAYS = 24;
  private static final int FIRST_THAT_CAPTURES = 25;

  @TempDir Path directory;

  static Stream<Jvm> jvms() {
    return Jvm.all().stream();
  }

  static Stream<Jvm> jvmsWithVirtualThreads() {
    return jvms().filter(jvm -> jvm.feature() >= FIRST_WITH_VIRTUAL_THREADS);
  }

  @ParameterizedTest
  @MethodSource("jvms")
  void newestAgentPublishesAtEveryPoint(Jvm jvm) throws Exception {
    Result result = run(jvm, agent("newest"), Application.class);

    assertPublishedAtEveryPoint(jvm, result);
    assertThat(result.output()).doesNotContain("WARN");
  }

  @Test
  void agentThatIsCompiledAgainstPublishesAtEveryPoint() throws Exception {
    assertPublishedAtEveryPoint(Jvm.own(), run(Jvm.own(), agent("compiled"), Application.class));
  }

  @Test
  void oldestAgentPublishesAtEveryPoint() throws Exception {
    // It does not start on JDK 25 by itself.
    Jvm jvm = Jvm.of(17);

    assertPublishedAtEveryPoint(jvm, run(jvm, agent("oldest"), Application.class));
  }

  /** What the README promises is tried here, or this fails: a JVM less is a test less. */
  @ParameterizedTest
  @ValueSource(ints = {17, 21})
  void olderJvmsThatTheExtensionWorksOnAreHere(int feature) {
    assertThat(jvms()).contains(Jvm.of(feature));
  }

  @Test
  void yamlConfigurationIsAsGoodAsProperties() throws Exception {
    Path yaml = directory.resolve("otel.yaml");
    Files.writeString(
        yaml,
        """
        file_format: "1.2"
        resource:
          attributes:
            - name: service.name
              value: from-yaml
        tracer_provider:
          processors:
            - simple:
                exporter:
                  console: {}
        """);

    Result result =
        run(Jvm.own(), agent("newest"), Application.class, ALLOWED, "-Dotel.config.file=" + yaml);

    assertPublishedAtEveryPoint(Jvm.own(), result);
    assertThat(result.output()).contains("service.name=from-yaml");
  }

  @ParameterizedTest
  @MethodSource("jvmsWithVirtualThreads")
  void noVirtualThreadEverHasAnothersSpan(Jvm jvm) throws Exception {
    Result result =
        run(
            jvm,
            agent("newest"),
            MigrationStorm.class,
            List.of("2000"),
            ALLOWED,
            // More carriers than processors: more ways to meet.
            "-Djdk.virtualThreadScheduler.parallelism=4",
            "-Dotel.traces.sampler=always_on");

    Matcher counts =
        Pattern.compile("right=(\\d+) nothing=(\\d+) wrong=(\\d+)").matcher(result.output());
    assertThat(counts.find()).as(result.output()).isTrue();
    assertThat(counts.group(3)).as(result.output()).isEqualTo("0");
    assertThat(counts.group(2)).as(result.output()).isEqualTo("0");
    assertThat(Integer.parseInt(counts.group(1))).isGreaterThan(100_000);
  }

  @ParameterizedTest
  @MethodSource("jvmsWithVirtualThreads")
  void virtualThreadsThatAreNotFollowedPublishNothing(Jvm jvm) throws Exception {
    Result result =
        run(
            jvm,
            agent("newest"),
            Application.class,
            ALLOWED,
            "-Dotel.requestkey.publish.virtual.threads=false");

    assertThat(result.findings()).noneMatch(line -> line.startsWith("wrong"));
    assertThat(result.findings())
        .filteredOn(line -> line.startsWith("nothing"))
        .containsExactly(
            "nothing virtual thread",
            "nothing virtual thread after it was parked",
            "nothing virtual thread after it yielded");
  }

  @Test
  void deniedNativeAccessIsOneWarningAndNothingElse() throws Exception {
    assertThat(Jvm.own().feature()).isGreaterThanOrEqualTo(FIRST_TO_DENY_ALL_WAYS);

    Result result =
        run(Jvm.own(), agent("newest"), Application.class, "--illegal-native-access=deny");

    assertThat(result.exitStatus()).isZero();
    assertThat(result.output())
        .contains("nothing published: no process context")
        .contains("native access is denied")
        .doesNotContain("failed to start");
    assertThat(result.output().lines().filter(line -> line.contains("WARN"))).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("jvms")
  void ownCaptureThatCannotBeIsOneWarningAndPublishingGoesOn(Jvm jvm) throws Exception {
    // Where Java could, the kernel's side is not to be asked: this is not its test.
    String setting = jvm.feature() < FIRST_THAT_CAPTURES ? "self" : "everything";

    Result result =
        run(
            jvm,
            agent("newest"),
            Application.class,
            ALLOWED,
            "-Dotel.requestkey.capture=" + setting);

    assertPublishedAtEveryPoint(jvm, result);
    assertThat(result.output().lines().filter(line -> line.contains("WARN")))
        .singleElement()
        .asString()
        .contains(
            jvm.feature() < FIRST_THAT_CAPTURES
                ? "otel.requestkey.capture=self needs Java 25 or newer, and this is Java "
                    + jvm.feature()
                : "wrong value for otel.requestkey.capture: 'everything'; self and off are possible");
  }

  @Test
  void misspeltSettingOfOwnCaptureIsOneWarningThatNamesIt() throws Exception {
    // It is read before the kernel's side is asked.
    Result result =
        run(
            Jvm.own(),
            agent("newest"),
            Application.class,
            ALLOWED,
            "-Dotel.requestkey.capture=self",
            "-Dotel.requestkey.redact.descriptoin=off");

    assertPublishedAtEveryPoint(Jvm.own(), result);
    assertThat(result.output().lines().filter(line -> line.contains("WARN")))
        .singleElement()
        .asString()
        .contains(
            "calls on keys are not captured: otel.requestkey.redact.descriptoin is set, but there"
                + " is no such setting");
  }

  @Test
  void switchedOffIsNothingAtAll() throws Exception {
    Result result =
        run(
            Jvm.own(),
            agent("newest"),
            Application.class,
            ALLOWED,
            "-Dotel.requestkey.publish=false");

    assertThat(result.output()).contains("nothing published").doesNotContain("WARN");
  }

  @ParameterizedTest
  @MethodSource("jvms")
  void withoutTheAgentOneLinePublishesOnPlatformThreads(Jvm jvm) throws Exception {
    List<String> command = new ArrayList<>(jvm.command());
    command.add("-cp");
    command.add(classPath() + ":" + System.getProperty("extension.jar"));
    command.add("-Dreader.library=" + System.getProperty("reader.library"));
    command.add(Application.class.getName());
    command.add("without-agent");

    Result result = run(command);

    assertThat(result.exitStatus()).as(result.output()).isZero();
    assertThat(result.findings()).noneMatch(line -> line.startsWith("wrong"));
    assertThat(result.findings())
        .filteredOn(line -> line.startsWith("nothing"))
        .allMatch(line -> line.startsWith("nothing virtual thread"));
    assertThat(result.findings()).contains("ok current", "ok nested", "ok closed out of order");
  }

  private static void assertPublishedAtEveryPoint(Jvm jvm, Result result) {
    assertThat(result.exitStatus()).as(result.output()).isZero();
    assertThat(result.output()).contains("application ran").doesNotContain("failed to start");
    assertThat(result.findings()).as(result.output()).allMatch(line -> line.startsWith("ok "));
    assertThat(result.findings())
        .hasSize(jvm.feature() >= FIRST_WITH_VIRTUAL_THREADS ? POINTS + VIRTUAL_POINTS : POINTS);
  }

  private static final int POINTS = 30;
  private static final int VIRTUAL_POINTS = 5;

  private static Path agent(String which) {
    return Path.of("target", "agents", which + ".jar").toAbsolutePath();
  }

  private Result run(Jvm jvm, Path agent, Class<?> program, String... options) throws Exception {
    return run(jvm, agent, program, List.of(), options);
  }

  private Result run(
      Jvm jvm, Path agent, Class<?> program, List<String> arguments, String... options)
      throws Exception {
    List<String> command = new ArrayList<>(jvm.command());
    for (String option : options) {
      if (!option.equals(ALLOWED) || jvm.feature() >= 22) {
        command.add(option);
      }
    }
    if (options.length == 0 && jvm.feature() >= 22) {
      command.add(ALLOWED);
    }
    command.add("-javaagent:" + agent);
    command.add("-Dotel.javaagent.extensions=" + System.getProperty("extension.jar"));
    command.add("-Dotel.traces.exporter=none");
    command.add("-Dotel.metrics.exporter=none");
    command.add("-Dotel.logs.exporter=none");
    command.add("-Dotel.service.name=service");
    command.add("-Dreader.library=" + System.getProperty("reader.library"));
    command.add("-cp");
    command.add(classPath());
    command.add(program.getName());
    command.addAll(arguments);
    return run(command);
  }

  private Result run(List<String> command) throws Exception {
    // Into a file: one that hangs would keep a pipe open, and its reader waiting.
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      assertThat(ended).as(Files.readString(output)).isTrue();
      return new Result(process.exitValue(), Files.readString(output));
    } finally {
      process.destroyForcibly();
    }
  }

  /** The programs and the API, as an application has it. */
  private static String classPath() {
    return Stream.of(Application.class, OpenTelemetry.class, Context.class, ComponentLoader.class)
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation().getPath())
        .collect(Collectors.joining(":"));
  }

  private record Result(int exitStatus, String output) {
    /** One line for each point. */
    List<String> findings() {
      return output.lines().filter(line -> line.matches("(ok|nothing|wrong) .*")).toList();
    }
  }

  /** A JVM on this machine. */
  record Jvm(int feature, Path home) {

    static Jvm own() {
      return new Jvm(Runtime.version().feature(), Path.of(System.getProperty("java.home")));
    }

    /** The one of that version; bin/setup --test has it installed. */
    static Jvm of(int feature) {
      return all().stream()
          .filter(jvm -> jvm.feature() == feature)
          .findAny()
          .orElseThrow(() ->
              new AssertionError(
                  "no JDK "
                      + feature
                      + ": run bin/test, or bin/setup --test and name it with -Dmore.jvms=HOME:..."));
    }

    /** This one, and the first of each older version that is installed or named. */
    static List<Jvm> all() {
      List<Jvm> all = new ArrayList<>(List.of(own()));
      List<Path> homes = new ArrayList<>();
      for (String named : System.getProperty("more.jvms", "").split(":", -1)) {
        if (!named.isEmpty()) {
          homes.add(Path.of(named));
        }
      }
      Path installed = Path.of("/usr/lib/jvm");
      if (Files.isDirectory(installed)) {
        try (Stream<Path> directories = Files.list(installed)) {
          directories.sorted().forEach(homes::add);
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
      }
      for (Path home : homes) {
        int feature = featureOf(home);
        if (feature >= 17 && all.stream().noneMatch(jvm -> jvm.feature() == feature)) {
          all.add(new Jvm(feature, home));
        }
      }
      return all;
    }

    private static int featureOf(Path home) {
      try {
        Matcher version =
            Pattern.compile("JAVA_VERSION=\"(\\d+)")
                .matcher(Files.readString(home.resolve("release")));
        return Files.isExecutable(home.resolve("bin/java")) && version.find()
            ? Integer.parseInt(version.group(1))
            : 0;
      } catch (IOException e) {
        return 0;
      }
    }

    List<String> command() {
      return List.of(home.resolve("bin/java").toString(), "-XX:+UseSerialGC", "-Xmx400m");
    }

    @Override
    public String toString() {
      return "JDK " + feature;
    }
  }
}

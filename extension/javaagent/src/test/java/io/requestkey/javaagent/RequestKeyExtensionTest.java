/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class RequestKeyExtensionTest {

  @Test
  void classFilesLoadOnJava17() throws IOException {
    try (DataInputStream in =
        new DataInputStream(
            Objects.requireNonNull(
                RequestKeyExtension.class.getResourceAsStream("RequestKeyExtension.class")))) {
      assertThat(in.readInt()).isEqualTo(0xCAFEBABE);
      in.readUnsignedShort();
      assertThat(in.readUnsignedShort()).isEqualTo(61);
    }
  }

  @Test
  void theRealJavaAgentLoadsItAndTheApplicationRuns() throws IOException, InterruptedException {
    String agent = Objects.requireNonNull(System.getProperty("javaagent.jar"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-javaagent:" + agent,
                "-Dotel.javaagent.extensions=" + jar(),
                "-Dotel.javaagent.debug=true",
                "-Dotel.traces.exporter=none",
                "-Dotel.metrics.exporter=none",
                "-Dotel.logs.exporter=none",
                "-cp",
                new File("target/test-classes").getAbsolutePath(),
                Application.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(output).contains("application ran").doesNotContain("failed to start");
    assertThat(output).contains("request_key extension loaded");
    assertThat(process.exitValue()).isZero();
  }

  /** The extension as the module's jar will have it. */
  private static Path jar() throws IOException {
    Path classes = Path.of("target", "classes");
    Path jar = Files.createTempFile(Path.of("target"), "extension", ".jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, out);
        out.closeEntry();
      }
    }
    return jar.toAbsolutePath();
  }

  /** What the Java agent is started with. */
  public static final class Application {
    private Application() {}

    public static void main(String[] args) {
      System.out.println("application ran");
    }
  }
}

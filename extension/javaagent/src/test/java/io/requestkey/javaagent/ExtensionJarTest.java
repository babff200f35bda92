/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What goes into the jar. */
final class ExtensionJarTest {

  private static final Path CLASSES = Path.of("target", "classes");
  private static final int JAVA_17 = 61;
  private static final int JAVA_22 = 66;

  @Test
  void classFilesLoadOnJava17ExceptTheOneThatIsLoadedByName() throws IOException {
    for (Path file : filesNamed(".class")) {
      int expected = file.endsWith("FfmContext.class") ? JAVA_22 : JAVA_17;
      assertThat(classFileVersion(file)).as(file.toString()).isEqualTo(expected);
    }
  }

  @Test
  void nothingIsBundledAndNothingNeedsAMultiReleaseJar() throws IOException {
    assertThat(filesNamed(""))
        .allSatisfy(file -> {
          String path = CLASSES.relativize(file).toString();
          assertThat(path).matches("(io/requestkey/javaagent|META-INF/services)/.*");
        });
  }

  @Test
  void everyServiceIsThereAndCanBeMade() throws Exception {
    List<Path> services;
    try (Stream<Path> files = Files.list(CLASSES.resolve("META-INF/services"))) {
      services = files.toList();
    }
    assertThat(services)
        .extracting(file -> Objects.requireNonNull(file.getFileName()).toString())
        .containsExactlyInAnyOrder(
            "io.opentelemetry.context.ContextStorageProvider",
            "io.opentelemetry.javaagent.extension.AgentListener",
            "io.opentelemetry.javaagent.extension.ignore.IgnoredTypesConfigurer",
            "io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider");
    for (Path service : services) {
      Class<?> type = Class.forName(Objects.requireNonNull(service.getFileName()).toString());
      List<String> lines = Files.readAllLines(service, StandardCharsets.UTF_8);
      assertThat(lines).as(service.toString()).hasSize(1);
      assertThat(Class.forName(lines.get(0)).getConstructor().newInstance()).isInstanceOf(type);
    }
  }

  private static List<Path> filesNamed(String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(CLASSES)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.toString().endsWith(suffix))
          .toList();
    }
  }

  private static int classFileVersion(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      DataInputStream data = new DataInputStream(in);
      assertThat(data.readInt()).isEqualTo(0xCAFEBABE);
      data.readUnsignedShort();
      return data.readUnsignedShort();
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The classes of this module, before they are put into the jar with those of others. */
final class ExtensionClassesTest {

  private static final Path CLASSES = Path.of("target", "classes");

  @Test
  void everyServiceIsThereAndCanBeMade() throws Exception {
    List<Path> services;
    try (Stream<Path> files = Files.list(CLASSES.resolve("META-INF/services"))) {
      services = files.toList();
    }
    Map<String, Integer> providers = new TreeMap<>();
    for (Path service : services) {
      String name = Objects.requireNonNull(service.getFileName()).toString();
      Class<?> type = Class.forName(name);
      List<String> lines = Files.readAllLines(service, StandardCharsets.UTF_8);
      providers.put(name, lines.size());
      for (String line : lines) {
        assertThat(Class.forName(line).getConstructor().newInstance()).isInstanceOf(type);
      }
    }
    assertThat(providers)
        .containsOnly(
            entry("io.opentelemetry.context.ContextStorageProvider", 1),
            entry("io.opentelemetry.javaagent.extension.AgentListener", 1),
            entry("io.opentelemetry.javaagent.extension.ignore.IgnoredTypesConfigurer", 1),
            entry("io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider", 2));
  }

  @Test
  void resourceIsLearntLastAndIdsAreGivenFirst() {
    assertThat(new RequestKeyResourceCustomizer().order()).isEqualTo(Integer.MAX_VALUE);
    assertThat(new RequestKeyTracerCustomizer().order()).isEqualTo(Integer.MIN_VALUE);
  }
}

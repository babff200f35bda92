/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The one place of names is complete, documented and free of doubles. */
class KeyringAttributesTest {

  @Test
  void everyNameIsThereOnce() throws IllegalAccessException {
    assertThat(constants()).extracting(AttributeKey::getKey).doesNotHaveDuplicates();
  }

  @Test
  void everyConstantIsDocumented() throws IOException {
    List<String> lines =
        Files.readAllLines(Path.of("src/main/java/io/requestkey/telemetry/KeyringAttributes.java"));

    int constants = 0;
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith("  public static final ")) {
        constants++;
        assertThat(lines.get(i - 1).strip()).as(lines.get(i)).endsWith("*/");
      }
    }
    assertThat(constants).isGreaterThan(40);
  }

  private static List<AttributeKey<?>> constants() throws IllegalAccessException {
    List<AttributeKey<?>> constants = new ArrayList<>();
    for (Field field : KeyringAttributes.class.getFields()) {
      if (Modifier.isStatic(field.getModifiers()) && field.getType() == AttributeKey.class) {
        constants.add((AttributeKey<?>) field.get(null));
      }
    }
    return constants;
  }
}

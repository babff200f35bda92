/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.requestkey.telemetry.Hits.OBSERVED;
import static io.requestkey.telemetry.Hits.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyHit;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The one place of names is complete, documented and free of doubles. */
class KeyringAttributesTest {

  /** Names of the semantic conventions that are used as they are. */
  private static final Set<String> BORROWED =
      Set.of(
          "error.type",
          "log.record.uid",
          "process.parent_pid",
          "process.pid",
          "process.real_user.id",
          "process.user.id");

  @Test
  void everyNameIsThereOnce() throws IllegalAccessException {
    assertThat(constants()).extracting(AttributeKey::getKey).doesNotHaveDuplicates();
  }

  @Test
  void everyNameIsOursOrBorrowed() throws IllegalAccessException {
    assertThat(constants())
        .extracting(AttributeKey::getKey)
        .allMatch(name -> BORROWED.contains(name) || name.matches("keyring(\\.[a-z][a-z0-9_]*)+"));
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

  @Test
  void nothingIsEmittedUnderAnotherNameAndNoNameIsUnused() throws IllegalAccessException {
    Set<AttributeKey<?>> emitted = new HashSet<>();
    for (KeyHit hit : hitsOfEveryShape()) {
      KeySignals signals = Hits.telemetry().signals(hit, OBSERVED);
      emitted.addAll(signals.log().getAttributes().asMap().keySet());
      emitted.addAll(signals.span().getAttributes().asMap().keySet());
      signals
          .span()
          .getLinks()
          .forEach(link -> emitted.addAll(link.getAttributes().asMap().keySet()));
    }

    assertThat(emitted).containsExactlyInAnyOrderElementsOf(constants());
  }

  private static List<KeyHit> hitsOfEveryShape() {
    KernelText cut = new KernelText(KernelText.State.PRESENT, "x", true);
    List<KeyHit> hits = new ArrayList<>(KeyTelemetryTest.everyKindOfHit().toList());
    hits.add(
        Hits.requestKey(
            header(-1, true, false),
            KernelText.UNREADABLE,
            KernelText.ABSENT,
            KernelText.of(""),
            -3));
    hits.add(Hits.requestKey(header(1), cut, cut, cut, -3));
    hits.add(Hits.addKey(header(1), cut, cut, 0, -1));
    hits.add(Hits.keyctl(30, header(0), 1, -3, -4, 1, -2, 5, Hits.ORIGIN));
    return hits;
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

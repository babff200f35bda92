/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.requestkey.telemetry.Hits.OBSERVED;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.semconv.ContainerAttributes;
import io.opentelemetry.semconv.ErrorAttributes;
import io.opentelemetry.semconv.K8sAttributes;
import io.opentelemetry.semconv.incubating.LogIncubatingAttributes;
import io.opentelemetry.semconv.incubating.ProcessIncubatingAttributes;
import io.requestkey.capture.HitKind;
import io.requestkey.capture.KeyHit;
import io.requestkey.telemetry.SemanticConventions.Definition;
import io.requestkey.telemetry.SemanticConventions.Item;
import io.requestkey.telemetry.SemanticConventions.Reference;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is emitted is what the registry says, and the registry says nothing else. */
class SemanticConventionsTest {

  private final SemanticConventions registry = SemanticConventions.read();
  private final Map<String, Definition> definitions = registry.definitions();

  SemanticConventionsTest() throws IOException {}

  @Test
  void everyAttributeOfOursIsDefinedWithItsType() throws IllegalAccessException {
    Map<String, String> own =
        constants().stream()
            .filter(key -> key.getKey().startsWith("keyring."))
            .collect(Collectors.toMap(AttributeKey::getKey, SemanticConventionsTest::type));

    assertThat(
            definitions.values().stream()
                .collect(Collectors.toMap(Definition::key, Definition::type)))
        .containsExactlyInAnyOrderEntriesOf(own);
  }

  @Test
  void everyOtherAttributeIsOneOfOpenTelemetrys() throws IllegalAccessException {
    Map<String, AttributeKey<?>> theirs = new HashMap<>();
    for (Class<?> holder :
        List.of(
            ErrorAttributes.class,
            ContainerAttributes.class,
            K8sAttributes.class,
            LogIncubatingAttributes.class,
            ProcessIncubatingAttributes.class)) {
      for (AttributeKey<?> key : keys(holder)) {
        theirs.put(key.getKey(), key);
      }
    }

    for (AttributeKey<?> key : constants()) {
      if (!key.getKey().startsWith("keyring.")) {
        assertThat(theirs).containsEntry(key.getKey(), key);
      }
    }
  }

  @Test
  void nothingIsStableYet() {
    assertThat(definitions.values()).extracting(Definition::stability).containsOnly("development");
    assertThat(Stream.of(registry.events(), registry.spans(), registry.metrics()))
        .flatExtracting(Map::values)
        .extracting(Item::stability)
        .containsOnly("development");
  }

  @Test
  void everyReferenceIsToSomethingThereIs() throws IllegalAccessException {
    Set<String> names = constants().stream().map(AttributeKey::getKey).collect(Collectors.toSet());

    Set<String> referred = new HashSet<>(registry.links().keySet());
    for (Map<String, Item> items :
        List.of(registry.events(), registry.spans(), registry.metrics())) {
      items.values().forEach(item -> referred.addAll(item.attributes().keySet()));
    }

    assertThat(referred).containsExactlyInAnyOrderElementsOf(names);
  }

  @Test
  void everyEventIsThere() throws IllegalAccessException {
    List<String> names = new ArrayList<>();
    for (Field field : KeyringEvents.class.getFields()) {
      if (!field.getName().equals("SCOPE")) {
        names.add((String) field.get(null));
      }
    }

    assertThat(registry.events().keySet()).containsExactlyInAnyOrderElementsOf(names);
    assertThat(registry.spans().keySet())
        .containsExactlyInAnyOrderElementsOf(
            KeyTelemetry.kindsWithSpans().stream()
                .map(HitKind::name)
                .map(name -> "keyring." + name.toLowerCase(Locale.ROOT))
                .toList());
    assertThat(registry.spans().values()).extracting(Item::detail).containsOnly("internal");
  }

  @Test
  void aSpanHasWhatItsEventHasButTheRecordsOwnId() {
    registry
        .spans()
        .forEach((name, span) -> {
          Map<String, Reference> expected = new HashMap<>(registry.event(name).attributes());
          expected.remove("log.record.uid");
          assertThat(span.attributes()).as(name).isEqualTo(expected);
        });
  }

  @Test
  void everyHitHasWhatItsEventMayHaveAndAllThatItMust() {
    for (KeyHit hit : Samples.everyShape()) {
      KeySignals signals = Hits.telemetry().signals(hit, OBSERVED);
      String name = Objects.requireNonNull(signals.log().getEventName());
      check(registry.event(name), signals.log().getAttributes());
      SpanData span = signals.span();
      if (span != null) {
        check(registry.span(name), span.getAttributes());
        span.getLinks()
            .forEach(link ->
                assertThat(names(link.getAttributes())).isEqualTo(registry.links().keySet()));
      }
    }
  }

  @Test
  void aLossHasWhatItsEventMayHaveAndAllThatItMust() {
    losses().forEach(loss -> check(registry.event(KeyringEvents.LOSS), loss.getAttributes()));
  }

  private static List<LogRecordData> losses() {
    LossRecord.Maker maker = LossRecord.maker(Resource.empty(), "test");
    return List.of(maker.make("ring_full", null, 1, 2, 3), maker.make("rejected", "logs", 1, 2, 3));
  }

  @Test
  void everythingThatAnEventMayHaveIsEmittedSometime() {
    Map<String, Set<String>> emitted = new HashMap<>();
    for (Redaction redaction : Samples.redactions()) {
      for (KeyHit hit : Samples.everyShape()) {
        KeySignals signals = Hits.telemetry(redaction).signals(hit, OBSERVED);
        emitted
            .computeIfAbsent(signals.log().getEventName(), _ -> new HashSet<>())
            .addAll(names(signals.log().getAttributes()));
      }
    }

    losses()
        .forEach(loss ->
            emitted
                .computeIfAbsent(loss.getEventName(), _ -> new HashSet<>())
                .addAll(names(loss.getAttributes())));

    registry
        .events()
        .forEach((name, event) ->
            assertThat(emitted.get(name))
                .as(name)
                .containsExactlyInAnyOrderElementsOf(event.attributes().keySet()));
  }

  @Test
  void aValueOfAnEnumIsOneOfItsMembers() {
    Map<String, Set<Object>> values = new HashMap<>();
    for (Redaction redaction : Samples.redactions()) {
      for (KeyHit hit : Samples.everyShape()) {
        KeySignals signals = Hits.telemetry(redaction).signals(hit, OBSERVED);
        Stream.concat(
                Stream.of(signals.log().getAttributes()),
                signals.span() == null
                    ? Stream.of()
                    : signals.span().getLinks().stream().map(link -> link.getAttributes()))
            .forEach(attributes ->
                attributes.forEach((key, value) ->
                    values.computeIfAbsent(key.getKey(), _ -> new HashSet<>()).add(value)));
      }
    }
    for (Definition definition : definitions.values()) {
      if (!definition.members().isEmpty()) {
        assertThat(values.getOrDefault(definition.key(), Set.of()))
            .as(definition.key())
            .isSubsetOf(definition.members());
      }
    }
    // Where every value is the lower case of a Java enum's, all of them must be there.
    for (Map.Entry<AttributeKey<String>, Enum<?>[]> named : Samples.enums().entrySet()) {
      assertThat(Objects.requireNonNull(definitions.get(named.getKey().getKey())).members())
          .containsExactlyInAnyOrderElementsOf(
              Stream.of(named.getValue())
                  .map(value -> value.name().toLowerCase(Locale.ROOT))
                  .toList());
    }
  }

  @Test
  void everyMetricIsThereWithItsUnitAndAttributes() throws IllegalAccessException {
    InMemoryMetricReader reader = InMemoryMetricReader.create();
    KeyMetrics metrics =
        new KeyMetrics(SdkMeterProvider.builder().registerMetricReader(reader).build().get("test"));
    Samples.everyShape().forEach(metrics::record);

    List<String> names = new ArrayList<>();
    for (MetricData metric : reader.collectAllMetrics()) {
      Item item = registry.metric(metric.getName());
      names.add(metric.getName());
      assertThat(metric.getUnit()).isEqualTo(item.unit());
      assertThat(metric.getDescription()).isEqualTo(item.brief());
      assertThat(
              switch (metric.getType()) {
                case HISTOGRAM -> "histogram";
                case LONG_SUM ->
                    metric.getLongSumData().isMonotonic() ? "counter" : "updowncounter";
                default -> metric.getType().name();
              })
          .isEqualTo(item.detail());
      Set<String> used =
          metric.getData().getPoints().stream()
              .flatMap(point -> names(point.getAttributes()).stream())
              .collect(Collectors.toSet());
      assertThat(used).as(metric.getName()).isEqualTo(item.attributes().keySet());
    }

    // A test of the agent's holds it to its own.
    assertThat(names)
        .containsExactlyInAnyOrderElementsOf(
            registry.metrics().keySet().stream()
                .filter(name -> !name.startsWith("keyring.agent."))
                .toList());
    List<String> constants = new ArrayList<>();
    for (Field field : KeyringMetrics.class.getFields()) {
      constants.add((String) field.get(null));
    }
    assertThat(names).containsExactlyInAnyOrderElementsOf(constants);
  }

  @Test
  void everyFileIsOfTheFormWeaverReads() throws IOException {
    assertThat(registry.files())
        .allSatisfy(file -> assertThat(file).containsEntry("file_format", "definition/2"));
    assertThat(SemanticConventions.manifest()).containsKeys("schema_url", "dependencies");
  }

  private static void check(Item item, Attributes attributes) {
    Set<String> names = names(attributes);
    assertThat(names).as(item.name()).isSubsetOf(item.attributes().keySet());
    assertThat(names)
        .as(item.name())
        .containsAll(
            item.attributes().values().stream()
                .filter(Reference::required)
                .map(Reference::key)
                .toList());
    assertThat(names).hasSize(attributes.size());
  }

  private static Set<String> names(Attributes attributes) {
    return attributes.asMap().keySet().stream()
        .map(AttributeKey::getKey)
        .collect(Collectors.toSet());
  }

  private static String type(AttributeKey<?> key) {
    return switch (key.getType()) {
      case STRING -> "string";
      case LONG -> "int";
      case BOOLEAN -> "boolean";
      default -> key.getType().name();
    };
  }

  private static List<AttributeKey<?>> constants() throws IllegalAccessException {
    return keys(KeyringAttributes.class);
  }

  private static List<AttributeKey<?>> keys(Class<?> holder) throws IllegalAccessException {
    List<AttributeKey<?>> keys = new ArrayList<>();
    for (Field field : holder.getFields()) {
      if (Modifier.isStatic(field.getModifiers()) && field.getType() == AttributeKey.class) {
        keys.add((AttributeKey<?>) field.get(null));
      }
    }
    return keys;
  }
}

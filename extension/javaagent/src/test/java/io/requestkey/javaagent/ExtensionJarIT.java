/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What is in the jar. */
final class ExtensionJarIT {

  private static final int JAVA_17 = 61;
  private static final int JAVA_22 = 66;
  private static final int JAVA_25 = 69;

  private static final String OWN = "io/requestkey/javaagent/";

  /** Loaded by name, on Java 22. */
  private static final String FOREIGN_FUNCTIONS = OWN + "FfmContext";

  /** Loaded by name, on Java 25, with all that only it names. */
  private static final String CAPTURE = OWN + "OwnProcessCapture";

  private final Map<String, ClassModel> classes = new LinkedHashMap<>();
  private final Set<String> others = new TreeSet<>();

  ExtensionJarIT() throws IOException {
    try (JarFile jar = new JarFile(System.getProperty("extension.jar"))) {
      for (var entry : jar.stream().toList()) {
        String name = entry.getName();
        if (name.endsWith(".class")) {
          try (var in = jar.getInputStream(entry)) {
            classes.put(
                name.substring(0, name.length() - ".class".length()),
                ClassFile.of().parse(in.readAllBytes()));
          }
        } else if (!entry.isDirectory()) {
          others.add(name);
        }
      }
    }
  }

  private Set<String> namedBy(ClassModel model) {
    Set<String> named = new TreeSet<>();
    StreamSupport.stream(model.constantPool().spliterator(), false)
        .filter(ClassEntry.class::isInstance)
        .map(entry -> ((ClassEntry) entry).asInternalName().replaceAll("^\\[+L|;$", ""))
        .forEach(named::add);
    return named;
  }

  @Test
  void whatTheJavaAgentFindsByItselfLoadsOnJava17() {
    assertThat(classes).containsKeys(OWN + "RequestKeyExtension", FOREIGN_FUNCTIONS, CAPTURE);
    Set<String> found = reachable(OWN + "RequestKeyExtension");
    found.addAll(reachable(OWN + "RequestKeyAgentListener"));
    found.addAll(reachable(OWN + "RequestKeyTracerCustomizer"));
    found.addAll(reachable(OWN + "RequestKeyResourceCustomizer"));
    found.addAll(reachable(OWN + "RequestKeyContextStorageProvider"));
    found.addAll(reachable(OWN + "RequestKeyContext"));

    assertThat(found).contains(OWN + "OwnCapture", OWN + "KernelIds", OWN + "Publishing");
    assertThat(found).allSatisfy(name -> assertThat(version(name)).as(name).isEqualTo(JAVA_17));
  }

  @Test
  void newerClassesAreThoseThatAreLoadedByName() {
    assertThat(version(FOREIGN_FUNCTIONS)).isEqualTo(JAVA_22);
    Set<String> capturing = reachable(CAPTURE);
    classes.forEach((name, model) -> {
      if (model.majorVersion() == JAVA_25 && name.startsWith(OWN)) {
        assertThat(capturing).contains(name);
      }
    });
    assertThat(capturing)
        .contains("io/requestkey/capture/Capture", "io/requestkey/telemetry/KeyTelemetry");
  }

  private int version(String name) {
    ClassModel model = classes.get(name);
    return model == null ? 0 : model.majorVersion();
  }

  /** The classes of the jar that one names, and those that these name. */
  private Set<String> reachable(String from) {
    Set<String> found = new TreeSet<>();
    reach(from, found);
    return found;
  }

  private void reach(String name, Set<String> found) {
    ClassModel model = classes.get(name);
    if (model != null && found.add(name)) {
      namedBy(model).forEach(named -> reach(named, found));
    }
  }

  @Test
  void everythingThatIsNamedIsThereOrBroughtByJavaOrItsAgent() {
    classes.forEach((name, model) -> {
      for (String named : namedBy(model)) {
        if (!named.startsWith("[") && !brought(named)) {
          assertThat(classes).as(named + ", named by " + name).containsKey(named);
        }
      }
    });
  }

  private static boolean brought(String name) {
    return name.startsWith("io/opentelemetry/")
        || name.startsWith("org/objectweb/asm/")
        || ClassLoader.getPlatformClassLoader().getResource(name + ".class") != null;
  }

  @Test
  void nothingElseIsBundledAndNothingNeedsAMultiReleaseJar() {
    assertThat(classes.keySet())
        .allSatisfy(
            name -> assertThat(name).matches("io/requestkey/(javaagent|capture|telemetry|bpf)/.*"));
    assertThat(others)
        .allSatisfy(name ->
            assertThat(name)
                .matches(
                    "META-INF/(MANIFEST\\.MF|maven/.*|services/.*)"
                        + "|io/requestkey/javaagent/version"
                        + "|io/requestkey/javaagent/native/.*\\.so"
                        + "|io/requestkey/bpf/requestkey\\..*\\.bpf\\.o"))
        .contains(
            "io/requestkey/bpf/requestkey.x86_64.bpf.o",
            "io/requestkey/bpf/requestkey.aarch64.bpf.o");
  }
}

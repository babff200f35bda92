/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Another release of the agent, made of this one's sources: its records have one more field and one
 * more string, everything behind is elsewhere, and they are of another version.
 */
final class OtherRelease {

  private static final int SHIFT = 8;

  /** Of all fields behind it. */
  private static final String SEQUENCE = "__u64 seq;";

  private OtherRelease() {}

  /**
   * Compiles it.
   *
   * @param folder empty, for what is made
   * @param description what its agents say of the layout: their sources are changed by it
   * @return what makes {@code bin/run} run it, for REQUESTKEY_JAVA_OPTIONS
   */
  static String build(Path folder, Description description)
      throws IOException, InterruptedException {
    Path classes = folder.resolve("classes");
    programs(folder.resolve("bpf"), classes.resolve("io/requestkey/bpf"));
    agent(folder.resolve("java"), classes, description);
    // Found before those on the class path; the rest of the agent is this release's.
    return "-Xbootclasspath/a:" + classes;
  }

  /** What the other release leaves with its records. */
  enum Description {
    /** Where each field is. */
    WHOLE,
    /** A field that this release reads goes by a name that it does not know. */
    RENAMED_FIELD
  }

  private static void programs(Path sources, Path out) throws IOException, InterruptedException {
    copy(Machine.root().resolve("bpf"), sources, "(.*\\.[ch]|Makefile)");
    Path header = sources.resolve("requestkey.h");
    String text = Files.readString(header);
    text = replaced(text, "#define RK_RECORD_VERSION 2", "#define RK_RECORD_VERSION 3");
    text = replaced(text, SEQUENCE, SEQUENCE + " __u64 one_more; ");
    text = replaced(text, "RK_TEXTS = 11,", "RK_TEXT_ONE_MORE = 11, RK_TEXTS = 12,");
    text = replaced(text, "__u32 reserved; /* no padding */", "__u64 reserved;");
    Files.writeString(header, text);
    Path program = sources.resolve("requestkey.bpf.c");
    Files.writeString(
        program,
        replaced(
            Files.readString(program),
            "sizeof(struct rk_record) == 368",
            "sizeof(struct rk_record) == 384"));
    Files.createDirectories(out);
    Process make =
        new ProcessBuilder("make", "--no-print-directory", "-C", sources.toString(), "OUT=" + out)
            .inheritIO()
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (make.waitFor() != 0) {
      throw new AssertionError("make failed on the programs of the other release");
    }
  }

  private static void agent(Path sources, Path classes, Description description)
      throws IOException {
    copy(Machine.root().resolve("extension/capture/src/main/java"), sources, ".*\\.java");
    Path capture = sources.resolve("io/requestkey/capture");
    Path layout = capture.resolve("RecordLayout.java");
    Files.writeString(layout, shifted(Files.readString(layout)));
    Path shape = capture.resolve("RecordShape.java");
    String described =
        replaced(
            Files.readString(shape),
            "Map.entry(\"start_ns\",",
            "Map.entry(\"one_more\", RecordLayout.FIXED_BYTES), Map.entry(\"start_ns\",");
    if (description == Description.RENAMED_FIELD) {
      described = replaced(described, "\"loginuid\"", "\"login_of_old\"");
    }
    Files.writeString(shape, described);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-d",
                classes.toString(),
                "-proc:none",
                "-nowarn",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path"))));
    try (Stream<Path> tree = Files.walk(sources)) {
      tree.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(arguments::add);
    }
    JavaCompiler javac =
        Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "this is no JDK");
    if (javac.run(null, null, null, arguments.toArray(String[]::new)) != 0) {
      throw new AssertionError("javac failed on the agent of the other release");
    }
  }

  /** Moves what is behind the sequence number. */
  private static String shifted(String layout) {
    String begin = "static final int START_NS = ";
    String end = "static final int RESERVED = ";
    int from = layout.indexOf(begin);
    int to = layout.indexOf(end);
    Matcher offset = Pattern.compile("(static final int \\w+ = )(\\d+);").matcher(layout);
    StringBuilder made = new StringBuilder(layout.substring(0, from));
    offset.region(from, to);
    while (offset.find()) {
      made.append(offset.group(1)).append(Integer.parseInt(offset.group(2)) + SHIFT).append(";\n");
    }
    made.append(layout.substring(to));
    String text = made.toString();
    text = replaced(text, "int VERSION = 2;", "int VERSION = 3;");
    text = replaced(text, "int RESERVED = 364;", "int RESERVED = 376;");
    text = replaced(text, "int HEADER_SIZE = 368;", "int HEADER_SIZE = 384;");
    return replaced(text, "int TEXTS = 11;", "int TEXTS = 12;");
  }

  private static String replaced(String text, String what, String with) {
    if (text.indexOf(what) < 0 || text.indexOf(what) != text.lastIndexOf(what)) {
      throw new AssertionError("this is not there, or more than once: " + what);
    }
    return text.replace(what, with);
  }

  private static void copy(Path from, Path to, String names) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path file : tree.filter(Files::isRegularFile).toList()) {
        Path relative = from.relativize(file);
        if (!relative.startsWith("target")
            && relative.toString().replace(File.separatorChar, '/').matches(names)) {
          Path copy = to.resolve(relative);
          Files.createDirectories(Objects.requireNonNull(copy.getParent()));
          Files.copy(file, copy);
        }
      }
    }
  }
}

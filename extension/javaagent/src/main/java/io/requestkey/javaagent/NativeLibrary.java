/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The library in the jar, and the way into it that this JVM has. */
final class NativeLibrary {

  private static final int FIRST_WITH_FOREIGN_FUNCTIONS = 22;

  private NativeLibrary() {}

  /**
   * Loads the library.
   *
   * @throws UnsupportedOperationException on an operating system or processor there is no library
   *     for, or where the JVM denies native access; the message says which
   * @throws IOException if the library cannot be written to the directory for temporary files
   * @throws LinkageError if it cannot be loaded from there
   */
  static NativeContext load() throws IOException {
    if (Runtime.version().feature() < FIRST_WITH_FOREIGN_FUNCTIONS) {
      return new JniContext(Extracted.file());
    }
    Extracted.file();
    try {
      Constructor<?> constructor =
          Class.forName(NativeLibrary.class.getPackageName() + ".FfmContext")
              .getDeclaredConstructor();
      return (NativeContext) constructor.newInstance();
    } catch (ExceptionInInitializerError | InvocationTargetException e) {
      throw denied(e.getCause(), e);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the class for Java 22 and later is not there", e);
    }
  }

  /** The library as a file, for the class that is made by reflection. */
  static Path file() {
    try {
      return Extracted.file();
    } catch (IOException e) {
      throw new LinkageError(e.toString(), e);
    }
  }

  private static RuntimeException denied(@Nullable Throwable cause, Throwable e) {
    if (cause instanceof IllegalCallerException) {
      return new UnsupportedOperationException(
          "native access is denied; --enable-native-access=ALL-UNNAMED allows it", cause);
    }
    return new UnsupportedOperationException(cause == null ? e : cause);
  }

  /** Name of the machine's architecture in the resources. */
  static String architecture() {
    String os = System.getProperty("os.name", "");
    String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    if (os.equals("Linux")) {
      switch (architecture) {
        case "amd64", "x86_64" -> {
          return "x86_64";
        }
        case "aarch64" -> {
          return "aarch64";
        }
        default -> {}
      }
    }
    throw new UnsupportedOperationException("there is no library for " + os + " " + architecture);
  }

  /**
   * The file stays until the JVM ends: readers outside of it look up the thread-local variable in
   * the files that the process has mapped.
   */
  private static final class Extracted {
    private static @Nullable Path file;

    static synchronized Path file() throws IOException {
      Path existing = file;
      if (existing != null) {
        return existing;
      }
      String resource = "native/librequestkey_context." + architecture() + ".so";
      try (InputStream in = NativeLibrary.class.getResourceAsStream(resource)) {
        if (in == null) {
          throw new IOException("the jar has no " + resource);
        }
        // Made for this user alone (0700): nobody else can exchange what is about to be loaded.
        Path directory = Files.createTempDirectory("requestkey");
        directory.toFile().deleteOnExit();
        Path created = directory.resolve("librequestkey_context.so");
        created.toFile().deleteOnExit();
        Files.copy(in, created);
        file = created;
        return created;
      }
    }
  }
}

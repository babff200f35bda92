/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.opentelemetry.api.logs.LogRecordBuilder;
import java.lang.reflect.Constructor;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Whether this process captures its own calls on keys: decided once, and never a reason for the
 * application to fail. What captures needs Java 25; its classes are in the same jar, and named here
 * alone.
 */
final class OwnCapture {

  private static final Logger logger = Logger.getLogger(OwnCapture.class.getName());

  private static final int FIRST_THAT_CAPTURES = 25;

  /** Set by the first copy of this class in the JVM: two would tell everything twice. */
  private static final String OWNER_PROPERTY = "io.requestkey.capturer";

  private static final Duration EMIT_LIMIT = Duration.ofSeconds(5);

  /** Of all that the end takes; the next one that captures on this host takes away what is left. */
  private static final Duration END_LIMIT = Duration.ofSeconds(10);

  private static final KernelIds IDS = new KernelIds();

  private static @Nullable Boolean wanted;
  private static @Nullable CaptureRun run;
  private static @Nullable Thread thread;

  private OwnCapture() {}

  /** Whether it is asked for and this JVM can do it. Warns once if only the first is so. */
  static synchronized boolean wanted() {
    if (wanted == null) {
      wanted =
          decide(Setting.CAPTURE.given(), Runtime.version().feature())
              && loadedByAgent(OwnCapture.class.getClassLoader())
              && recentAgent();
    }
    return wanted;
  }

  /**
   * Only the Java agent says when its SDK is ready. An SDK without it finds us on the class path,
   * as the publisher, and would otherwise be given an id generator for nothing.
   */
  static boolean loadedByAgent(@Nullable ClassLoader ours) {
    if (ours != null && ours.getClass().getName().startsWith("io.opentelemetry.javaagent.")) {
      return true;
    }
    if (System.getProperty(OWNER_PROPERTY) == null) {
      logger.log(
          Level.WARNING,
          "request_key: calls on keys are not captured: this needs the OpenTelemetry Java agent,"
              + " with this jar as its extension");
    }
    return false;
  }

  /**
   * A log record without its event name could not be told from others. An agent without them is
   * also too old to load classes for Java 25.
   */
  private static boolean recentAgent() {
    try {
      LogRecordBuilder.class.getMethod("setEventName", String.class);
      return true;
    } catch (NoSuchMethodException e) {
      logger.log(
          Level.WARNING,
          "request_key: calls on keys are not captured: this takes the OpenTelemetry Java agent"
              + " 2.16 or newer");
      return false;
    }
  }

  /** Whether what is asked for can be done by this version of Java. */
  static boolean decide(Setting.@Nullable Given setting, int javaVersion) {
    if (setting == null || setting.value().toLowerCase(Locale.ROOT).equals("off")) {
      return false;
    }
    if (!setting.value().toLowerCase(Locale.ROOT).equals("self")) {
      logger.log(
          Level.WARNING,
          "request_key: wrong value for {0}: ''{1}''; self and off are possible; nothing is"
              + " captured",
          new Object[] {setting.name(), setting.value()});
      return false;
    }
    if (javaVersion < FIRST_THAT_CAPTURES) {
      logger.log(
          Level.WARNING,
          "request_key: calls on keys are not captured: {0}=self needs Java {1} or newer, and this"
              + " is Java {2}",
          new Object[] {setting.name(), FIRST_THAT_CAPTURES, javaVersion});
      return false;
    }
    if (Setting.SDK_DISABLED.isTrue()) {
      logger.log(Level.FINE, "request_key: the SDK is disabled, nothing is captured");
      return false;
    }
    return true;
  }

  /** The ids that a span of a call gets. */
  static KernelIds ids() {
    return IDS;
  }

  /** Starts capturing, in a thread of its own, if it is wanted. The SDK has to be ready. */
  static synchronized void start() throws ReflectiveOperationException {
    if (!wanted() || thread != null) {
      return;
    }
    if (System.getProperties().putIfAbsent(OWNER_PROPERTY, OwnCapture.class.getName()) != null) {
      logger.log(Level.FINE, "request_key: another copy in this JVM captures already");
      return;
    }
    Constructor<?> constructor =
        Class.forName(OwnCapture.class.getPackageName() + ".OwnProcessCapture")
            .getDeclaredConstructor(KernelIds.class);
    CaptureRun made = (CaptureRun) constructor.newInstance(IDS);
    Thread started = new Thread(made, "requestkey-capture");
    started.setDaemon(true);
    // The application's class loaders are not to be kept by it.
    started.setContextClassLoader(OwnCapture.class.getClassLoader());
    Runtime.getRuntime().addShutdownHook(new Thread(OwnCapture::end, "requestkey-capture-end"));
    run = made;
    thread = started;
    started.start();
  }

  /** Has all that was called so far emitted. To be called before the SDK's own end. */
  static void finish() {
    CaptureRun running;
    synchronized (OwnCapture.class) {
      running = run;
    }
    if (running != null) {
      running.stop(EMIT_LIMIT);
    }
  }

  private static void end() {
    CaptureRun running;
    Thread capturing;
    synchronized (OwnCapture.class) {
      running = run;
      capturing = thread;
    }
    if (running != null && capturing != null) {
      end(running, capturing, END_LIMIT);
    }
  }

  /**
   * Finishes, and lets the programs go: a trace event made for them would outlive this process.
   *
   * @param limit for both; the JVM does not end earlier
   */
  static void end(CaptureRun running, Thread capturing, Duration limit) {
    long begun = System.nanoTime();
    running.stop(limit.compareTo(EMIT_LIMIT) < 0 ? limit : EMIT_LIMIT);
    try {
      TimeUnit.NANOSECONDS.timedJoin(capturing, limit.toNanos() - (System.nanoTime() - begun));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import com.google.auto.service.AutoService;
import io.opentelemetry.javaagent.extension.ignore.IgnoredTypesBuilder;
import io.opentelemetry.javaagent.extension.ignore.IgnoredTypesConfigurer;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import java.lang.instrument.Instrumentation;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Starts publishing under the Java agent. This is the earliest place that an extension is called
 * from with both environment and YAML configuration, before the context storage is fixed.
 *
 * <p>Never throws: an exception here would keep the whole Java agent from starting.
 */
@AutoService(IgnoredTypesConfigurer.class)
public final class RequestKeyExtension implements IgnoredTypesConfigurer {

  private static final Logger logger = Logger.getLogger(RequestKeyExtension.class.getName());

  private static final AtomicBoolean started = new AtomicBoolean();

  // Either method is the one that is called, depending on the Java agent's version.
  @Override
  public void configure(IgnoredTypesBuilder builder) {
    start();
  }

  @Override
  public void configure(IgnoredTypesBuilder builder, ConfigProperties config) {
    start();
  }

  private static void start() {
    if (started.getAndSet(true)) {
      return;
    }
    try {
      RequestKeyContext.install();
      Publishing publishing = Publishing.get();
      if (publishing != null) {
        publishing.followVirtualThreads(instrumentation());
      }
      logger.log(Level.FINE, "request_key extension loaded");
    } catch (Throwable e) {
      logger.log(Level.WARNING, "request_key: the extension cannot be used", e);
    }
  }

  private static Instrumentation instrumentation() throws ReflectiveOperationException {
    // In the bootstrap class loader, and in no artifact that could be compiled against.
    return (Instrumentation)
        Class.forName("io.opentelemetry.javaagent.bootstrap.InstrumentationHolder")
            .getMethod("getInstrumentation")
            .invoke(null);
  }
}

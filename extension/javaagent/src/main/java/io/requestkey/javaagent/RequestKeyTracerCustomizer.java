/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import com.google.auto.service.AutoService;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Lets spans of calls on keys have the ids that the kernel side has given them, where this process
 * captures its own. Not called when the Java agent is configured by a file; then there are no such
 * spans.
 */
@AutoService(AutoConfigurationCustomizerProvider.class)
public final class RequestKeyTracerCustomizer implements AutoConfigurationCustomizerProvider {

  private static final Logger logger = Logger.getLogger(RequestKeyTracerCustomizer.class.getName());

  @Override
  public void customize(AutoConfigurationCustomizer customizer) {
    try {
      if (OwnCapture.wanted()) {
        customizer.addTracerProviderCustomizer((builder, config) -> customize(builder));
      }
    } catch (Throwable e) {
      logger.log(Level.WARNING, "request_key: spans of calls on keys cannot be made", e);
    }
  }

  private static SdkTracerProviderBuilder customize(SdkTracerProviderBuilder builder) {
    try {
      builder.setIdGenerator(OwnCapture.ids());
      builder.addSpanProcessorFirst(new CallsBeforeShutdown());
    } catch (Throwable e) {
      // The spans that are made are seen not to have the right ids, and left out.
      logger.log(Level.WARNING, "request_key: spans of calls on keys cannot be made", e);
    }
    return builder;
  }

  /** First: an id generator that the application chooses replaces ours. */
  @Override
  public int order() {
    return Integer.MIN_VALUE;
  }
}

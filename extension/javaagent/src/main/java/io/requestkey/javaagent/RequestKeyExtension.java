/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import com.google.auto.service.AutoService;
import io.opentelemetry.javaagent.extension.ignore.IgnoredTypesBuilder;
import io.opentelemetry.javaagent.extension.ignore.IgnoredTypesConfigurer;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The earliest place in the Java agent that an extension is called from with both environment and
 * YAML configuration, before the context storage is fixed: where publishing each thread's span will
 * be installed. Until then it says at level FINE that it was loaded, and changes nothing.
 *
 * <p>Never throws: an exception here would keep the whole Java agent from starting.
 */
@AutoService(IgnoredTypesConfigurer.class)
public final class RequestKeyExtension implements IgnoredTypesConfigurer {

  private static final Logger logger = Logger.getLogger(RequestKeyExtension.class.getName());

  @Override
  public void configure(IgnoredTypesBuilder builder, ConfigProperties config) {
    logger.log(Level.FINE, "request_key extension loaded");
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import com.google.auto.service.AutoService;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;

/**
 * Learns the resource of an SDK that is configured by properties and environment variables, with
 * the Java agent and without.
 */
@AutoService(AutoConfigurationCustomizerProvider.class)
public final class RequestKeyResourceCustomizer implements AutoConfigurationCustomizerProvider {

  @Override
  public void customize(AutoConfigurationCustomizer customizer) {
    customizer.addResourceCustomizer((resource, config) -> {
      RequestKeyContext.publishResource(resource.getAttributes());
      return resource;
    });
  }

  /** Last: what the others make of the resource is what it is. */
  @Override
  public int order() {
    return Integer.MAX_VALUE;
  }
}

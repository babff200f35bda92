/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import com.google.auto.service.AutoService;
import io.opentelemetry.javaagent.extension.AgentListener;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import java.lang.reflect.Method;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Learns the resource of the Java agent's SDK, however that was configured, and that it is ready.
 */
@AutoService(AgentListener.class)
public final class RequestKeyAgentListener implements AgentListener {

  private static final Logger logger = Logger.getLogger(RequestKeyAgentListener.class.getName());

  @Override
  public void afterAgent(AutoConfiguredOpenTelemetrySdk sdk) {
    try {
      RequestKeyContext.publishResource(resourceOf(sdk).getAttributes());
    } catch (Throwable e) {
      logger.log(Level.WARNING, "request_key: the resource is not published", e);
    }
    try {
      // After what is published is complete: it is what the kernel side reads of this process.
      OwnCapture.start();
    } catch (Throwable e) {
      logger.log(Level.WARNING, "request_key: calls on keys are not captured", e);
    }
  }

  private static Resource resourceOf(AutoConfiguredOpenTelemetrySdk sdk)
      throws ReflectiveOperationException {
    // Not public; the Java agent itself gets at it from a class in the same package.
    Method method = AutoConfiguredOpenTelemetrySdk.class.getDeclaredMethod("getResource");
    method.setAccessible(true);
    return (Resource) method.invoke(sdk);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.ContextStorage;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * For applications that use the OpenTelemetry SDK without the Java agent: publishes the current
 * span of each thread, and what the process is, for readers outside of the JVM.
 *
 * <p>With this jar on the class path and no other {@code ContextStorageProvider} nothing need be
 * called at all; with the SDK's autoconfiguration, the resource is published as well.
 */
public final class RequestKeyContext {

  private static final Logger logger = Logger.getLogger(RequestKeyContext.class.getName());

  private static boolean installed;

  private RequestKeyContext() {}

  /**
   * Starts publishing spans. To be called before anything uses a {@link
   * io.opentelemetry.context.Context}, which is when the context storage is fixed: first thing in
   * {@code main}. Never throws; without the native library it changes nothing, with a warning in
   * the log. More than one call is as good as one.
   *
   * <p>Virtual threads publish nothing in this way: following them takes the Java agent.
   */
  public static synchronized void install() {
    if (installed) {
      return;
    }
    installed = true;
    try {
      Publishing publishing = Publishing.get();
      if (publishing != null) {
        ContextStorage.addWrapper(publishing::wrap);
      }
    } catch (Throwable e) {
      logger.log(Level.WARNING, "request_key: spans are not published", e);
    }
  }

  /**
   * Publishes what the process is, or what has become of it.
   *
   * @param resource the attributes of the SDK's resource
   */
  public static void publishResource(Attributes resource) {
    try {
      Publishing publishing = Publishing.get();
      if (publishing != null) {
        publishing.publishProcess(resource);
      }
    } catch (Throwable e) {
      logger.log(Level.WARNING, "request_key: the resource is not published", e);
    }
  }
}

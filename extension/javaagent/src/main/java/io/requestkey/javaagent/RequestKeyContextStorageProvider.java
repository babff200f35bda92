/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import com.google.auto.service.AutoService;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.ContextStorageProvider;

/** Publishing without a line of code, where the SDK is used without the Java agent. */
@AutoService(ContextStorageProvider.class)
public final class RequestKeyContextStorageProvider implements ContextStorageProvider {

  @Override
  public ContextStorage get() {
    ContextStorage storage = ContextStorage.defaultStorage();
    try {
      Publishing publishing = Publishing.get();
      return publishing == null ? storage : publishing.wrap(storage);
    } catch (Throwable e) {
      return storage;
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Publishes what the process is, and again when that changes. Safe for use by any thread. */
final class ProcessPublisher {

  private static final int E2BIG = 7;

  private final NativeContext context;
  private final OptionalLong tlsOffset;
  private byte @Nullable [] published;

  ProcessPublisher(NativeContext context, OptionalLong tlsOffset) {
    this.context = context;
    this.tlsOffset = tlsOffset;
  }

  /**
   * Publishes the resource, or only its {@code service.*} attributes if it is larger than a process
   * context may be (65,504 bytes).
   *
   * @throws IllegalStateException if the kernel refuses the memory for it
   */
  synchronized void publish(Attributes resource) {
    byte[] payload = ProcessContext.encode(resource, tlsOffset);
    if (Arrays.equals(payload, published)) {
      return;
    }
    int error = write(payload);
    if (error == -E2BIG) {
      payload = ProcessContext.encode(serviceOf(resource), tlsOffset);
      error = write(payload);
    }
    if (error != 0) {
      throw new IllegalStateException("the process context cannot be written, errno " + -error);
    }
    published = payload;
  }

  private int write(byte[] payload) {
    int error = context.processBegin(payload.length);
    if (error != 0) {
      return error;
    }
    ByteBuffer padded =
        ByteBuffer.wrap(Arrays.copyOf(payload, payload.length + Long.BYTES))
            .order(ByteOrder.nativeOrder());
    for (int index = 0; index * Long.BYTES < payload.length; index++) {
      error = context.processPut(index, padded.getLong(index * Long.BYTES));
      if (error != 0) {
        return error;
      }
    }
    return context.processCommit();
  }

  private static Attributes serviceOf(Attributes resource) {
    AttributesBuilder service = resource.toBuilder();
    service.removeIf(key -> !key.getKey().startsWith("service."));
    return service.build();
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import java.util.Arrays;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of one caller, shared by all its hits: more than half of what a hit has. Keeps
 * what they are encoded as, once they were.
 *
 * <p>Safe for any thread: what is kept is a function of the attributes, so it does not matter whose
 * is kept.
 */
final class CallerBlock {

  /** Of nobody. */
  static final CallerBlock NONE = new CallerBlock(new Object[0], 0);

  /** Key and value by turns; only the first {@link #length} are this object's. */
  private final Object[] entries;

  private final int length;

  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Encoded(int tag, byte[] bytes) {}

  private volatile @Nullable Encoded logs;
  private volatile @Nullable Encoded spans;

  CallerBlock(Object[] entries, int length) {
    this.entries = entries;
    this.length = length;
  }

  /** What the attributes are as fields of that tag; null if that was not kept. */
  byte @Nullable [] encoded(int tag) {
    Encoded first = logs;
    if (first != null && first.tag() == tag) {
      return first.bytes();
    }
    Encoded second = spans;
    return second != null && second.tag() == tag ? second.bytes() : null;
  }

  /** Keeps that; there are two tags, those of log records and of spans. */
  void keep(int tag, byte[] bytes) {
    if (logs == null) {
      logs = new Encoded(tag, bytes);
    } else {
      spans = new Encoded(tag, bytes);
    }
  }

  int size() {
    return length / 2;
  }

  @Nullable Object get(AttributeKey<?> key) {
    for (int i = 0; i < length; i += 2) {
      if (entries[i].equals(key)) {
        return entries[i + 1];
      }
    }
    return null;
  }

  void forEach(BiConsumer<? super AttributeKey<?>, ? super Object> consumer) {
    for (int i = 0; i < length; i += 2) {
      consumer.accept((AttributeKey<?>) entries[i], entries[i + 1]);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other == this
        || (other instanceof CallerBlock that
            && Arrays.equals(entries, 0, length, that.entries, 0, that.length));
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + entries[i].hashCode();
    }
    return hash;
  }
}

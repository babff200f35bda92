/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import com.google.errorprone.annotations.Immutable;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Attributes in the order they were put in, each key once.
 *
 * <p>The API's own attributes sort and remove duplicates: more than a microsecond for the twenty of
 * a hit, four times all the rest of its telemetry. The keys put in here differ by construction. In
 * return it is equal to nothing but its own kind, which the API allows.
 */
@Immutable
final class HitAttributes implements Attributes {

  /** Key and value by turns; only the first {@link #length} are this object's. */
  @SuppressWarnings("Immutable") // never written after construction
  private final Object[] entries;

  private final int length;

  /** Stands before the entry at {@link #callerAt}. */
  @SuppressWarnings("Immutable") // what it keeps is a function of its attributes
  private final CallerBlock caller;

  private final int callerAt;

  /** Takes attributes, those of a caller as a whole. */
  interface Visitor {
    void attribute(AttributeKey<?> key, Object value);

    void caller(CallerBlock block);
  }

  private HitAttributes(Object[] entries, int length, CallerBlock caller, int callerAt) {
    this.entries = entries;
    this.length = length;
    this.caller = caller;
    this.callerAt = callerAt;
  }

  /** These attributes without the one put in last, which is none of the caller's. */
  HitAttributes withoutLast() {
    return new HitAttributes(entries, length - 2, caller, callerAt);
  }

  /** Shows the attributes, in their order. */
  void visit(Visitor visitor) {
    for (int i = 0; i < callerAt; i += 2) {
      visitor.attribute((AttributeKey<?>) entries[i], entries[i + 1]);
    }
    if (caller.size() > 0) {
      visitor.caller(caller);
    }
    for (int i = callerAt; i < length; i += 2) {
      visitor.attribute((AttributeKey<?>) entries[i], entries[i + 1]);
    }
  }

  @Override
  @SuppressWarnings("unchecked") // put() takes only values of the key's type
  public <T> @Nullable T get(AttributeKey<T> key) {
    for (int i = 0; i < length; i += 2) {
      if (entries[i].equals(key)) {
        return (T) entries[i + 1];
      }
    }
    return (T) caller.get(key);
  }

  @Override
  public void forEach(BiConsumer<? super AttributeKey<?>, ? super Object> consumer) {
    for (int i = 0; i < callerAt; i += 2) {
      consumer.accept((AttributeKey<?>) entries[i], entries[i + 1]);
    }
    caller.forEach(consumer);
    for (int i = callerAt; i < length; i += 2) {
      consumer.accept((AttributeKey<?>) entries[i], entries[i + 1]);
    }
  }

  @Override
  public int size() {
    return length / 2 + caller.size();
  }

  @Override
  public boolean isEmpty() {
    return size() == 0;
  }

  @Override
  public Map<AttributeKey<?>, Object> asMap() {
    Map<AttributeKey<?>, Object> map = new LinkedHashMap<>();
    forEach(map::put);
    return Collections.unmodifiableMap(map);
  }

  @Override
  public AttributesBuilder toBuilder() {
    return Attributes.builder().putAll(this);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof HitAttributes that
        && callerAt == that.callerAt
        && Arrays.equals(entries, 0, length, that.entries, 0, that.length)
        && caller.equals(that.caller);
  }

  @Override
  public int hashCode() {
    int hash = caller.hashCode();
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + entries[i].hashCode();
    }
    return hash;
  }

  @Override
  public String toString() {
    return asMap().toString();
  }

  /** Collects attributes. For one thread and one {@link #build()}. */
  static final class Builder {

    /** Room for any hit of today, or its caller, without growing. */
    private Object[] entries = new Object[48];

    private int length;
    private CallerBlock caller = CallerBlock.NONE;
    private int callerAt;

    Builder put(AttributeKey<String> key, String value) {
      return add(key, value);
    }

    Builder put(AttributeKey<Long> key, long value) {
      return add(key, value);
    }

    Builder put(AttributeKey<Boolean> key, boolean value) {
      return add(key, value);
    }

    /** The attributes of the caller, once. */
    Builder put(CallerBlock block) {
      caller = block;
      callerAt = length;
      return this;
    }

    private Builder add(AttributeKey<?> key, Object value) {
      if (length == entries.length) {
        entries = Arrays.copyOf(entries, 2 * length);
      }
      entries[length] = key;
      entries[length + 1] = value;
      length += 2;
      return this;
    }

    HitAttributes build() {
      return new HitAttributes(entries, length, caller, callerAt);
    }

    /** What was collected, as the attributes of a caller. */
    CallerBlock buildCaller() {
      return new CallerBlock(Arrays.copyOf(entries, length), length);
    }
  }
}

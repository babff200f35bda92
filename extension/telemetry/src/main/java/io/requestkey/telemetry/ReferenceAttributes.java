/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.requestkey.capture.KeyReference;
import io.requestkey.capture.SpecialKeyring;
import org.jspecify.annotations.Nullable;

/**
 * The attributes that tell one key as a call names it.
 *
 * @param resolved null where another attribute tells the real serial
 */
record ReferenceAttributes(
    AttributeKey<Long> serial, AttributeKey<String> name, @Nullable AttributeKey<Long> resolved) {

  static final ReferenceAttributes REQUEST_DESTINATION =
      new ReferenceAttributes(
          KeyringAttributes.REQUEST_DESTINATION_SERIAL,
          KeyringAttributes.REQUEST_DESTINATION_NAME,
          KeyringAttributes.REQUEST_DESTINATION_RESOLVED);

  static final ReferenceAttributes ADD_KEY_DESTINATION =
      new ReferenceAttributes(
          KeyringAttributes.ADD_KEY_DESTINATION_SERIAL,
          KeyringAttributes.ADD_KEY_DESTINATION_NAME,
          KeyringAttributes.ADD_KEY_DESTINATION_RESOLVED);

  static final ReferenceAttributes TARGET =
      new ReferenceAttributes(
          KeyringAttributes.KEYCTL_TARGET_SERIAL, KeyringAttributes.KEYCTL_TARGET_NAME, null);

  static final ReferenceAttributes KEYRING =
      new ReferenceAttributes(
          KeyringAttributes.KEYCTL_KEYRING_SERIAL,
          KeyringAttributes.KEYCTL_KEYRING_NAME,
          KeyringAttributes.KEYCTL_KEYRING_RESOLVED);

  static final ReferenceAttributes DESTINATION =
      new ReferenceAttributes(
          KeyringAttributes.KEYCTL_DESTINATION_SERIAL,
          KeyringAttributes.KEYCTL_DESTINATION_NAME,
          KeyringAttributes.KEYCTL_DESTINATION_RESOLVED);

  static final ReferenceAttributes FROM =
      new ReferenceAttributes(
          KeyringAttributes.KEYCTL_FROM_SERIAL,
          KeyringAttributes.KEYCTL_FROM_NAME,
          KeyringAttributes.KEYCTL_FROM_RESOLVED);

  static final ReferenceAttributes TO =
      new ReferenceAttributes(
          KeyringAttributes.KEYCTL_TO_SERIAL,
          KeyringAttributes.KEYCTL_TO_NAME,
          KeyringAttributes.KEYCTL_TO_RESOLVED);

  static final ReferenceAttributes PRIVATE =
      new ReferenceAttributes(
          KeyringAttributes.KEYCTL_PRIVATE_SERIAL,
          KeyringAttributes.KEYCTL_PRIVATE_NAME,
          KeyringAttributes.KEYCTL_PRIVATE_RESOLVED);

  static final ReferenceAttributes PRIME =
      new ReferenceAttributes(
          KeyringAttributes.KEYCTL_PRIME_SERIAL,
          KeyringAttributes.KEYCTL_PRIME_NAME,
          KeyringAttributes.KEYCTL_PRIME_RESOLVED);

  static final ReferenceAttributes BASE =
      new ReferenceAttributes(
          KeyringAttributes.KEYCTL_BASE_SERIAL,
          KeyringAttributes.KEYCTL_BASE_NAME,
          KeyringAttributes.KEYCTL_BASE_RESOLVED);

  /** Tells a key, or nothing when there is none. */
  void put(HitAttributes.Builder attributes, KeyReference key) {
    if (key.given() == 0) {
      return;
    }
    attributes.put(serial, key.given());
    SpecialKeyring special = SpecialKeyring.of(key.given());
    if (special != null) {
      attributes.put(name, special.label());
    }
    if (resolved != null && key.resolved() != 0) {
      attributes.put(resolved, key.resolved());
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.requestkey.capture.KernelText;
import io.requestkey.telemetry.Redaction.Level;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The attributes that tell one text of a caller.
 *
 * @param redacted null, as {@code length}, for a text that is never redacted
 */
record TextAttributes(
    AttributeKey<String> value,
    AttributeKey<String> state,
    AttributeKey<Boolean> truncated,
    @Nullable AttributeKey<String> redacted,
    @Nullable AttributeKey<Long> length) {

  static final TextAttributes TYPE =
      new TextAttributes(
          KeyringAttributes.KEY_TYPE,
          KeyringAttributes.KEY_TYPE_STATE,
          KeyringAttributes.KEY_TYPE_TRUNCATED,
          null,
          null);

  static final TextAttributes DESCRIPTION =
      new TextAttributes(
          KeyringAttributes.KEY_DESCRIPTION,
          KeyringAttributes.KEY_DESCRIPTION_STATE,
          KeyringAttributes.KEY_DESCRIPTION_TRUNCATED,
          KeyringAttributes.KEY_DESCRIPTION_REDACTED,
          KeyringAttributes.KEY_DESCRIPTION_LENGTH);

  static final TextAttributes CALLOUT_INFO =
      new TextAttributes(
          KeyringAttributes.REQUEST_CALLOUT_INFO,
          KeyringAttributes.REQUEST_CALLOUT_INFO_STATE,
          KeyringAttributes.REQUEST_CALLOUT_INFO_TRUNCATED,
          KeyringAttributes.REQUEST_CALLOUT_INFO_REDACTED,
          KeyringAttributes.REQUEST_CALLOUT_INFO_LENGTH);

  static final TextAttributes KEYCTL_TYPE =
      new TextAttributes(
          KeyringAttributes.KEYCTL_TYPE,
          KeyringAttributes.KEYCTL_TYPE_STATE,
          KeyringAttributes.KEYCTL_TYPE_TRUNCATED,
          null,
          null);

  static final TextAttributes KEYCTL_NAME =
      new TextAttributes(
          KeyringAttributes.KEYCTL_NAME,
          KeyringAttributes.KEYCTL_NAME_STATE,
          KeyringAttributes.KEYCTL_NAME_TRUNCATED,
          KeyringAttributes.KEYCTL_NAME_REDACTED,
          KeyringAttributes.KEYCTL_NAME_LENGTH);

  static final TextAttributes USER_TYPE =
      new TextAttributes(
          KeyringAttributes.ARGS_USER_TYPE,
          KeyringAttributes.ARGS_USER_TYPE_STATE,
          KeyringAttributes.ARGS_USER_TYPE_TRUNCATED,
          null,
          null);

  static final TextAttributes USER_DESCRIPTION =
      new TextAttributes(
          KeyringAttributes.ARGS_USER_DESCRIPTION,
          KeyringAttributes.ARGS_USER_DESCRIPTION_STATE,
          KeyringAttributes.ARGS_USER_DESCRIPTION_TRUNCATED,
          KeyringAttributes.ARGS_USER_DESCRIPTION_REDACTED,
          KeyringAttributes.ARGS_USER_DESCRIPTION_LENGTH);

  static final TextAttributes USER_CALLOUT_INFO =
      new TextAttributes(
          KeyringAttributes.ARGS_USER_CALLOUT_INFO,
          KeyringAttributes.ARGS_USER_CALLOUT_INFO_STATE,
          KeyringAttributes.ARGS_USER_CALLOUT_INFO_TRUNCATED,
          KeyringAttributes.ARGS_USER_CALLOUT_INFO_REDACTED,
          KeyringAttributes.ARGS_USER_CALLOUT_INFO_LENGTH);

  /** Tells a text that is never redacted. */
  void put(HitAttributes.Builder attributes, KernelText text) {
    putState(attributes, text);
    if (text.present()) {
      attributes.put(value, text.value());
    }
  }

  /** Tells as much of a text as a level allows. */
  void put(HitAttributes.Builder attributes, KernelText text, Level level, Redactor redactor) {
    putState(attributes, text);
    if (!text.present()) {
      return;
    }
    Level shown = Redactor.levelOf(text, level);
    if (shown == Level.FULL || redacted == null || length == null) {
      attributes.put(value, text.value());
      return;
    }
    switch (shown) {
      case HASH -> attributes.put(value, redactor.hash(text));
      case LENGTH -> attributes.put(length, Redactor.length(text));
      case OFF, FULL -> {}
    }
    attributes.put(redacted, shown.name().toLowerCase(Locale.ROOT));
  }

  private void putState(HitAttributes.Builder attributes, KernelText text) {
    switch (text.state()) {
      case PRESENT -> {
        if (text.value().isEmpty()) {
          attributes.put(state, KeyringAttributes.STATE_EMPTY);
        }
        if (text.truncated()) {
          attributes.put(truncated, true);
        }
      }
      case NULL -> attributes.put(state, KeyringAttributes.STATE_NULL);
      case UNREADABLE -> attributes.put(state, KeyringAttributes.STATE_UNREADABLE);
      case ABSENT -> attributes.put(state, KeyringAttributes.STATE_ABSENT);
    }
  }
}

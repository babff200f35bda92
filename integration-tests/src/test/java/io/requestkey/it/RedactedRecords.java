/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributeType;
import io.requestkey.telemetry.KeyringAttributes;
import io.requestkey.telemetry.KeyringEvents;
import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A log record and a span, in OTLP/JSON, that have every attribute there is: {@link #SECRET} in
 * each that holds a text of a caller or a key, harmless values in the others.
 */
final class RedactedRecords {

  static final String SECRET = "secret";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REDACTED = ".redacted";

  private RedactedRecords() {}

  /** Names of the attributes whose text the agent itself can be told to leave out. */
  static SortedSet<String> secretAttributes() {
    SortedSet<String> secret = new TreeSet<>();
    for (String name : all().keySet()) {
      if (name.endsWith(REDACTED)) {
        secret.add(name.substring(0, name.length() - REDACTED.length()));
      }
    }
    return secret;
  }

  /** All attributes with their values, the secret ones too. */
  static Map<String, Object> attributes() {
    SortedSet<String> secret = secretAttributes();
    Map<String, Object> attributes = new LinkedHashMap<>();
    all()
        .forEach((name, type) ->
            attributes.put(
                name,
                switch (type) {
                  case LONG -> 7L;
                  case BOOLEAN -> true;
                  default -> secret.contains(name) ? SECRET + " of " + name : "harmless";
                }));
    return attributes;
  }

  private static Map<String, AttributeType> all() {
    Map<String, AttributeType> all = new LinkedHashMap<>();
    try {
      for (Field field : KeyringAttributes.class.getFields()) {
        if (field.get(null) instanceof AttributeKey<?> key) {
          all.put(key.getKey(), key.getType());
        }
      }
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
    return all;
  }

  static String log() {
    ObjectNode log = JSON.createObjectNode();
    log.put("timeUnixNano", "1");
    log.put("eventName", "keyring.request_key");
    log.putObject("body").put("stringValue", "request_key(\"user\", \"" + SECRET + "\")");
    putAttributes(log.putArray("attributes"));
    return request("resourceLogs", "scopeLogs", "logRecords", log);
  }

  static String span() {
    ObjectNode span = JSON.createObjectNode();
    span.put("traceId", "0af7651916cd43dd8448eb211c80319c");
    span.put("spanId", "b7ad6b7169203331");
    span.put("name", "request_key user");
    span.put("kind", 1);
    span.put("startTimeUnixNano", "1");
    span.put("endTimeUnixNano", "2");
    span.putObject("status").put("code", 2).put("message", SECRET);
    putAttributes(span.putArray("attributes"));
    return request("resourceSpans", "scopeSpans", "spans", span);
  }

  private static void putAttributes(ArrayNode into) {
    attributes()
        .forEach((name, value) -> {
          ObjectNode typed = into.addObject().put("key", name).putObject("value");
          switch (value) {
            case Long number -> typed.put("intValue", number.toString());
            case Boolean truth -> typed.put("boolValue", truth);
            default -> typed.put("stringValue", value.toString());
          }
        });
  }

  private static String request(String resources, String scopes, String items, ObjectNode item) {
    ObjectNode request = JSON.createObjectNode();
    ObjectNode scope = request.putArray(resources).addObject().putArray(scopes).addObject();
    scope.putObject("scope").put("name", KeyringEvents.SCOPE);
    scope.putArray(items).add(item);
    return request.toString();
  }
}

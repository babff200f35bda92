/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.requestkey.agent.otlp.ProtoFields.MalformedMessageException;
import java.io.IOException;

/**
 * What an {@code ExportLogsServiceResponse}, {@code ...Trace...} or {@code ...Metrics...} says.
 * Their fields have the same numbers (opentelemetry-proto, {@code collector/*}{@code
 * /v1/*_service.proto}).
 *
 * @param rejected items refused for good, never negative
 * @param message empty if none
 */
record PartialSuccess(long rejected, String message) {

  static final PartialSuccess NONE = new PartialSuccess(0, "");

  private static final JsonFactory JSON = new JsonFactory();

  /** The acceptance as one line. */
  String describe(Endpoint endpoint) {
    String line = endpoint.shown() + " accepted the batch";
    if (rejected > 0) {
      line += " but for " + rejected + (rejected == 1 ? " item" : " items");
    }
    return message.isEmpty() ? line : OneLine.of(line + ": " + message);
  }

  static PartialSuccess fromProtobuf(byte[] response) throws MalformedMessageException {
    PartialSuccess partial = NONE;
    ProtoFields fields = new ProtoFields(response);
    while (fields.next()) {
      if (fields.isBytes(1)) {
        partial = partialSuccess(new ProtoFields(fields.bytes()));
      }
    }
    return partial;
  }

  private static PartialSuccess partialSuccess(ProtoFields fields)
      throws MalformedMessageException {
    long rejected = 0;
    String message = "";
    while (fields.next()) {
      if (fields.isNumber(1)) {
        rejected = Math.max(0, fields.number());
      } else if (fields.isBytes(2)) {
        message = OneLine.of(fields.text());
      }
    }
    return new PartialSuccess(rejected, message);
  }

  /** The same in the JSON mapping, which some receivers answer whatever they were sent. */
  static PartialSuccess fromJson(byte[] response) throws IOException {
    PartialSuccess partial = NONE;
    try (JsonParser json = JSON.createParser(response)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not a JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        boolean wanted = name.equals("partialSuccess") || name.equals("partial_success");
        if (wanted && value == JsonToken.START_OBJECT) {
          partial = partialSuccess(json);
        } else {
          json.skipChildren();
        }
      }
    }
    return partial;
  }

  private static PartialSuccess partialSuccess(JsonParser json) throws IOException {
    long rejected = 0;
    String message = "";
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (name.startsWith("rejected") && value.isScalarValue()) {
        // An int64 is a string in the JSON mapping, and often a number in practice.
        rejected = Math.max(0, json.getValueAsLong());
      } else if (name.equals("errorMessage") || name.equals("error_message")) {
        message = OneLine.of(json.getValueAsString(""));
        json.skipChildren();
      } else {
        json.skipChildren();
      }
    }
    return new PartialSuccess(rejected, message);
  }
}

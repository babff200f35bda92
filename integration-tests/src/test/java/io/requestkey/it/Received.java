/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Hits that arrived, by what makes each unique. */
final class Received {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** log.record.uid to span id. */
  final Map<String, String> logs = new HashMap<>();

  final Set<String> spans = new HashSet<>();

  /** Records that arrived more than once. */
  long duplicateLogs;

  long duplicateSpans;

  /** Records of one uid with different span ids: never to happen. */
  long contradictions;

  /** Lines that were cut. */
  long cut;

  void add(String line) throws JsonProcessingException {
    JsonNode batch = JSON.readTree(line);
    for (JsonNode resource : batch.path("resourceLogs")) {
      for (JsonNode scope : resource.path("scopeLogs")) {
        for (JsonNode log : scope.path("logRecords")) {
          addLog(log);
        }
      }
    }
    for (JsonNode resource : batch.path("resourceSpans")) {
      for (JsonNode scope : resource.path("scopeSpans")) {
        for (JsonNode span : scope.path("spans")) {
          if (!spans.add(span.path("spanId").asText())) {
            duplicateSpans++;
          }
        }
      }
    }
  }

  private void addLog(JsonNode log) {
    Object uid = Scenario.attributes(log.path("attributes")).get("log.record.uid");
    if (uid == null) {
      // Not a hit: the agent's own word about a loss.
      return;
    }
    String before = logs.put(uid.toString(), log.path("spanId").asText());
    if (before != null) {
      duplicateLogs++;
      if (!before.equals(log.path("spanId").asText())) {
        contradictions++;
      }
    }
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.requestkey.it.Scenario.Call;
import io.requestkey.it.Scenario.Item;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What must arrive at the collector, whatever the kernel. */
abstract class AgentContract {

  private static final String REQUEST = "keyring.request_key";
  private static final String KEYCTL = "keyring.keyctl";

  abstract Scenario scenario();

  /** {@code kernel} where there are kprobes, else {@code user}. */
  abstract String argsSource();

  @Test
  void constructedRequestHasEveryAttribute() {
    Call call = scenario().call("constructed");
    Item log = only(REQUEST, "constructed");

    assertThat(log.get("keyring.key.serial")).isEqualTo(Long.parseLong(call.answer()));
    assertThat(log.get("keyring.result")).isEqualTo(Long.parseLong(call.answer()));
    assertThat(log.get("keyring.key.type")).isEqualTo("user");
    assertThat(log.get("keyring.key.description")).asString().startsWith("debug:it-");
    assertThat(log.get("keyring.request.callout_info")).isEqualTo("gizzard");
    assertThat(log.get("keyring.request.destination.serial")).isEqualTo(-3L);
    assertThat(log.get("keyring.request.destination.name")).isEqualTo("_ses");
    assertThat(log.get("keyring.request.origin")).isEqualTo("user");
    assertThat(log.get("keyring.args.source")).isEqualTo(argsSource());
    assertThat(log.get("keyring.caller.comm")).isEqualTo("keyctl");
    assertThat(log.get("process.user.id")).isEqualTo(0L);
    assertThat(log.get("process.real_user.id")).isEqualTo(0L);
    assertThat((Long) log.get("process.pid")).isPositive();
    assertThat(log.get("process.pid")).isEqualTo(log.get("keyring.caller.tid"));
    assertThat((Long) log.get("process.parent_pid")).isPositive();
    assertThat(log.get("log.record.uid")).asString().matches("[0-9a-f-]{36}-[0-9a-f]{16}");
    assertThat(log.attributes()).doesNotContainKey("error.type");
    assertThat(log.node().path("severityNumber").asInt()).isEqualTo(9);
    assertThat(log.node().path("flags").asInt() & 1).isEqualTo(1);
    assertThat(log.resource())
        .containsEntry("service.name", "requestkey")
        .containsEntry("os.type", "linux");
  }

  @Test
  void spanHasTheTrueInterval() {
    Call call = scenario().call("constructed");
    Item log = only(REQUEST, "constructed");
    Item span = scenario().span(log);

    assertThat(span.node().path("name").asText()).isEqualTo("request_key user");
    assertThat(span.traceId()).isEqualTo(log.traceId()).matches("[0-9a-f]{32}");
    assertThat(span.nanos("startTimeUnixNano"))
        .isEqualTo(log.nanos("timeUnixNano"))
        .isBetween(call.beginNanos(), call.endNanos());
    assertThat(span.nanos("endTimeUnixNano"))
        .isBetween(span.nanos("startTimeUnixNano") + 1, call.endNanos());
    assertThat(span.nanos("endTimeUnixNano") - span.nanos("startTimeUnixNano"))
        .isEqualTo(log.get("keyring.duration"));
    assertThat(span.node().path("parentSpanId").asText("")).isEmpty();
    assertThat(log.nanos("observedTimeUnixNano")).isGreaterThan(log.nanos("timeUnixNano"));
  }

  @ParameterizedTest
  @CsvSource({"describe", "read", "revoke"})
  void followUpIsLinkedToTheLatestRequest(String operation) {
    Item request = only(REQUEST, "found");
    List<Item> logs =
        scenario().logs(KEYCTL, operation).stream()
            .filter(log -> operation.equals(log.get("keyring.keyctl.operation")))
            .toList();
    assertThat(logs).isNotEmpty();
    for (Item log : logs) {
      assertThat(log.get("keyring.key.serial"))
          .isEqualTo(Long.parseLong(scenario().call("constructed").answer()));
      assertThat((Long) log.get("keyring.result")).isNotNegative();
      Item span = scenario().span(log);
      assertThat(span.node().path("name").asText()).isEqualTo("keyctl " + operation);
      assertThat(span.traceId()).isNotEqualTo(request.traceId());
      JsonNode links = span.node().path("links");
      assertThat(links).hasSize(1);
      assertThat(links.path(0).path("traceId").asText()).isEqualTo(request.traceId());
      assertThat(links.path(0).path("spanId").asText()).isEqualTo(request.spanId());
      assertThat(Scenario.attributes(links.path(0).path("attributes")))
          .containsEntry("keyring.link.relation", "origin");
    }
  }

  @ParameterizedTest
  @CsvSource({"added,invalidate", "added2,unlink"})
  void addedKeysAreOriginsToo(String added, String operation) {
    Item add = only("keyring.add_key", added);
    assertThat(add.get("keyring.add_key.payload.size")).isEqualTo(7L);
    assertThat(add.get("keyring.key.serial"))
        .isEqualTo(Long.parseLong(scenario().call(added).answer()));
    Item span = scenario().span(only(KEYCTL, operation));
    JsonNode link = span.node().path("links").path(0);
    assertThat(link.path("traceId").asText()).isEqualTo(add.traceId());
    assertThat(link.path("spanId").asText()).isEqualTo(add.spanId());
  }

  @ParameterizedTest
  @CsvSource({
    "revoked,EKEYREVOKED,128",
    "negated,ENOKEY,126",
    "rejected,EKEYREJECTED,129",
    "absent,ENOKEY,126",
    "unknown-type,ENOKEY,126",
    "dot-type,EPERM,1",
    "bad-pointer,EFAULT,14",
  })
  void failingRequestHasItsErrno(String name, String error, long errno) {
    Item log = only(REQUEST, name);
    assertThat(log.get("error.type")).isEqualTo(error);
    assertThat(log.get("keyring.result")).isEqualTo(-errno);
    assertThat(log.attributes()).doesNotContainKey("keyring.key.serial");
    assertThat(log.node().path("severityNumber").asInt()).isEqualTo(13);
    Item span = scenario().span(log);
    assertThat(span.node().path("status").path("code").asInt()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"unknown-type,it_no_such_type", "dot-type,.it"})
  void requestThatFailsBeforeTheKernelCopiesIsReadFromTheCaller(String name, String type) {
    Item log = only(REQUEST, name);
    assertThat(log.get("keyring.args.source")).isEqualTo("user");
    assertThat(log.get("keyring.key.type")).isEqualTo(type);
    assertThat(log.get("keyring.key.description")).asString().startsWith("debug:it-");
    assertThat(log.get("keyring.request.callout_info.state")).isEqualTo("null");
    assertThat(scenario().span(log).node().path("name").asText()).isEqualTo("request_key");
  }

  @Test
  void badPointerIsToldFromAnEmptyString() {
    Item log = only(REQUEST, "bad-pointer");
    assertThat(log.get("keyring.key.type")).isEqualTo("user");
    assertThat(log.get("keyring.key.description.state")).isEqualTo("unreadable");
    assertThat(log.attributes()).doesNotContainKey("keyring.key.description");
  }

  /** Every operation of keyctl(2), as {@code operations.c} makes them. */
  @Test
  void everyOperationIsToldAsWritten() throws IOException {
    List<String> names =
        scenario().truth().keySet().stream().filter(name -> name.startsWith("op:")).toList();
    assertThat(names).hasSizeGreaterThan(50);
    String told = Story.of(scenario(), names);
    Files.writeString(scenario().out().resolve("operations.txt"), told);
    try (InputStream expected =
        AgentContract.class.getResourceAsStream("/operations." + argsSource() + ".txt")) {
      assertThat(told)
          .isEqualTo(
              new String(Objects.requireNonNull(expected).readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void tenThousandRequestsAreTenThousandRecords() throws IOException {
    Set<Object> uids = new HashSet<>();
    Set<String> spanIds = new HashSet<>();
    List<Item> logs = bulk(scenario().logs(), "it-bulk");
    for (Item log : logs) {
      uids.add(Objects.requireNonNull(log.get("log.record.uid")));
      spanIds.add(log.spanId());
      assertThat(log.get("keyring.args.source")).isEqualTo(argsSource());
      assertThat(log.get("keyring.args.tampering"))
          .isEqualTo(argsSource().equals("kernel") ? "none" : "unknown");
    }
    assertThat(logs).hasSize(10_000);
    assertThat(uids).hasSize(10_000);
    assertThat(spanIds).hasSize(10_000);
    assertThat(bulk(scenario().spans(), "it-bulk")).hasSize(10_000);
    JsonNode ledger = scenario().ledger("http");
    for (String signal : List.of("logs", "traces")) {
      assertBalanced(ledger.path(signal));
      assertThat(lost(ledger.path(signal))).isZero();
      assertThat(ledger.path(signal).path("delivered").asLong()).isEqualTo(10_000);
    }
  }

  @Test
  void floodOfATinyRingIsCountedToTheUnit() throws IOException {
    JsonNode ledger = scenario().ledger("flood");
    for (String signal : List.of("logs", "traces")) {
      JsonNode account = ledger.path(signal);
      assertBalanced(account);
      // Others on the host may call meanwhile; what they do is filtered as well.
      long filtered = account.path("filtered").asLong();
      assertThat(filtered).isGreaterThanOrEqualTo(100);
      assertThat(account.path("hits").asLong() - filtered).isEqualTo(30_000);
      assertThat(account.path("lost").path("ring_full").asLong()).isPositive();
    }
    assertThat((long) bulk(scenario().logs(), "it-flood").size())
        .isEqualTo(ledger.path("logs").path("delivered").asLong());
    assertThat((long) bulk(scenario().spans(), "it-flood").size())
        .isEqualTo(ledger.path("traces").path("delivered").asLong());
    assertThat(bulk(scenario().logs(), "it-filtered")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"grpc", "http", "flood"})
  void agentStopsCleanly(String agent) throws IOException {
    assertThat(scenario().file(agent + ".status").strip()).isEqualTo("0");
    assertThat(scenario().file(agent + ".err")).doesNotContain("error:").doesNotContain("\tat ");
    assertThat(scenario().file(agent + ".metrics"))
        .contains("requestkey_delivered_total{signal=\"logs\"}");
  }

  private static void assertBalanced(JsonNode account) {
    assertThat(account.path("hits").asLong())
        .isEqualTo(
            account.path("filtered").asLong()
                + account.path("delivered").asLong()
                + account.path("in_flight").asLong()
                + lost(account));
    assertThat(account.path("in_flight").asLong()).isZero();
  }

  private static long lost(JsonNode account) {
    long lost = 0;
    for (JsonNode reason : account.path("lost")) {
      lost += reason.asLong();
    }
    return lost;
  }

  private static List<Item> bulk(List<Item> items, String prefix) {
    return items.stream()
        .filter(item ->
            item.get("keyring.key.description") instanceof String description
                && description.startsWith(prefix))
        .toList();
  }

  private Item only(String event, String name) {
    List<Item> logs = scenario().logs(event, name);
    assertThat(logs).as("%s within %s", event, name).hasSize(1);
    return logs.getFirst();
  }
}

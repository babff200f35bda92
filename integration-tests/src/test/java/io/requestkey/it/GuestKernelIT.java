/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.requestkey.it.Scenario.Item;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** On the kernels of bin/vm, which have kprobes: the strings are the kernel's own copies. */
@ParameterizedClass
@MethodSource("kernels")
final class GuestKernelIT extends AgentContract {

  private static @Nullable Boot last;

  /**
   * One boot for all tests of a kernel, which run one after the other; a failed one is not tried
   * again.
   */
  private static final class Boot {
    private final String kernel;
    private final @Nullable Scenario scenario;
    private final @Nullable Throwable failure;
    private boolean told;

    private Boot(String kernel, @Nullable Scenario scenario, @Nullable Throwable failure) {
      this.kernel = kernel;
      this.scenario = scenario;
      this.failure = failure;
    }

    /** The first test fails with all there is to say; the others refer to it. */
    Scenario scenario() {
      if (scenario != null) {
        return scenario;
      }
      String why = failure instanceof ScenarioFailure of ? of.shortly() : String.valueOf(failure);
      String message = "kernel " + kernel + ": " + why;
      if (told) {
        throw new AssertionError(message + " (all of it is told by the first test that failed)");
      }
      told = true;
      throw new AssertionError(message, failure);
    }
  }

  @Parameter String kernel = "";

  static List<String> kernels() {
    return Arrays.asList(System.getProperty("kernels", "6.1").split(",", -1));
  }

  @Override
  Scenario scenario() {
    return scenarioOf(kernel);
  }

  private static Scenario scenarioOf(String kernel) {
    Boot boot = last;
    if (boot == null || !boot.kernel.equals(kernel)) {
      boot = boot(kernel);
      last = boot;
    }
    return boot.scenario();
  }

  private static Boot boot(String kernel) {
    try {
      return new Boot(kernel, Machine.guest(kernel), null);
    } catch (IOException | AssertionError e) {
      return new Boot(kernel, null, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Boot(kernel, null, e);
    }
  }

  @Override
  String argsSource() {
    return "kernel";
  }

  @Test
  void kprobeOnRequestKeyAndLinkIsAttached() throws IOException {
    assertThat(scenario().file("grpc.attach.json")).contains("kprobe request_key_and_link");
  }

  @Test
  void rewritingADescriptionBeforeTheKernelCopiesItIsSeen() {
    List<Item> logs = scenario().logs("keyring.request_key", "rewritten");
    assertThat(logs).hasSize(1);
    Item log = logs.getFirst();
    assertThat(log.get("keyring.args.tampering")).isEqualTo("before_copy");
    assertThat(log.get("keyring.key.description")).isEqualTo("Beforetail");
    assertThat(log.get("keyring.args.user.description")).asString().startsWith("before");
    assertThat(log.node().path("severityNumber").asInt()).isEqualTo(17);
  }

  @Test
  void aPageThatIsNotResidentIsNoTampering() {
    Item log = scenario().logs("keyring.request_key", "not-resident").getFirst();
    assertThat(log.get("keyring.args.tampering")).isEqualTo("unknown");
    assertThat(log.get("keyring.args.tampering.reason")).isEqualTo("page_fault");
    assertThat(log.node().path("severityNumber").asInt()).isEqualTo(13);
  }

  @Test
  void aLongDescriptionIsKeptWhole() {
    Item log = scenario().logs("keyring.request_key", "story:long").getFirst();
    assertThat(log.get("keyring.key.description")).isEqualTo("x".repeat(600));
    assertThat(log.get("keyring.args.tampering")).isEqualTo("none");
  }

  @Test
  void anHonestCallForWhoseStringsThereIsNoRoomIsNoTampering() {
    assertThat(scenario().call("story:crowd").answer()).isEqualTo("1");
    Item log = scenario().logs("keyring.request_key", "story:crowded").getFirst();
    assertThat(log.get("keyring.args.tampering")).isEqualTo("unknown");
    assertThat(log.get("keyring.args.tampering.reason")).isEqualTo("not_watched");
    assertThat(log.get("keyring.key.description")).asString().matches("x{100,500}");
    assertThat(log.get("keyring.key.description.truncated")).isEqualTo(true);
  }

  @Test
  void aStringThatGetsShorterOnItsWayLeavesNothingBehind() {
    Item log = scenario().logs("keyring.request_key", "story:shortened").getFirst();
    assertThat(log.get("keyring.args.tampering")).isEqualTo("before_copy");
    assertThat(log.get("keyring.key.description")).isEqualTo("beforexxxx");
    assertThat(scenario().call("story:left-shortened").answer()).isEqualTo("0 0");
    assertThat(scenario().call("story:left-crowded").answer()).isEqualTo("0 0");
  }

  @ParameterizedTest
  @CsvSource({
    "constructed,constructed",
    "found,found",
    "negated,negated",
    "still-negated,negated",
    "rejected,rejected",
    "still-rejected,rejected",
    "absent,failed",
  })
  void outcomeOfARequestIsTold(String call, String outcome) {
    List<Item> logs =
        scenario().logs("keyring.request_key", "story:" + call).stream()
            .filter(log -> "keyctl".equals(log.get("keyring.caller.comm")))
            .toList();
    assertThat(logs).hasSize(1);
    assertThat(logs.getFirst().get("keyring.request.outcome")).isEqualTo(outcome);
  }

  @Test
  void upcallsAtOnceAreEachJoinedToTheirOwn() throws IOException {
    List<String> made = scenario().file("at-once").lines().toList();
    assertThat(made).hasSize(60);
    for (String line : made) {
      String description = line.split(" ", -1)[0];
      long serial = Long.parseLong(line.split(" ", -1)[1]);
      Item request = onlyDescribed("keyring.request_key", description);
      assertThat(request.get("keyring.key.serial")).isEqualTo(serial);
      assertThat(request.get("keyring.request.outcome")).isEqualTo("constructed");
      Item upcall = onlyDescribed("keyring.upcall", description);
      assertThat(upcall.get("keyring.key.serial")).isEqualTo(serial);
      assertThat(upcall.get("keyring.upcall.exit.status")).isEqualTo(0L);
      assertThat((Long) upcall.get("keyring.upcall.helper.pid")).isPositive();
      Item upcallSpan = scenario().span(upcall);
      assertThat(upcallSpan.traceId()).isEqualTo(request.traceId());
      assertThat(upcallSpan.node().path("parentSpanId").asText()).isEqualTo(request.spanId());
      List<Item> instantiated =
          scenario().logs().stream()
              .filter(log -> "instantiate".equals(log.get("keyring.keyctl.operation")))
              .filter(log -> Objects.equals(log.get("keyring.key.serial"), serial))
              .toList();
      assertThat(instantiated).hasSize(1);
      Item instantiate = scenario().span(instantiated.getFirst());
      assertThat(instantiate.traceId()).isEqualTo(request.traceId());
      assertThat(instantiate.node().path("parentSpanId").asText()).isEqualTo(upcall.spanId());
    }
  }

  @Test
  void keyThatAHelperAssumesAuthorityForIsTold() {
    List<Item> assumed =
        described("keyring.keyctl", "story:plain:").stream()
            .filter(log -> "assume_authority".equals(log.get("keyring.keyctl.operation")))
            .toList();
    assertThat(assumed).hasSize(1);
    Item log = assumed.getFirst();
    assertThat(log.get("keyring.key.type")).isEqualTo("user");
    assertThat(log.get("keyring.key.serial"))
        .isEqualTo(Long.parseLong(scenario().call("story:constructed").answer()));
    assertThat(log.get("keyring.key.permissions.text")).asString().startsWith("alswrv");
  }

  @Test
  void requestsForOneKeyAreOneThatMakesItAndThoseThatWait() {
    List<Object> outcomes = new ArrayList<>();
    for (Item log : described("keyring.request_key", "story:slow:same")) {
      outcomes.add(Objects.requireNonNull(log.get("keyring.request.outcome")));
    }
    assertThat(outcomes)
        .containsExactlyInAnyOrder("constructed", "joined", "joined", "joined", "joined");
    assertThat(described("keyring.upcall", "story:slow:same")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"unlinked", "revoked", "invalidated", "expired"})
  void endOfAKeyIsTold(String end) {
    Item log = onlyDescribed("keyring.key_freed", "story-" + end);
    assertThat(log.get("keyring.key.end")).isEqualTo(end);
    Item added = onlyDescribed("keyring.add_key", "story-" + end);
    assertThat(log.get("keyring.origin.span_id")).isEqualTo(added.spanId());
    assertThat(log.get("keyring.key.serial")).isEqualTo(added.get("keyring.key.serial"));
  }

  @Test
  void aSerialThatIsInUseAgainIsNotLinkedToItsOldOrigin() {
    Item foreign = scenario().logs("keyring.keyctl", "story:foreign-describe").getFirst();
    assertThat(scenario().span(foreign).node().path("links")).isEmpty();
    Item own = scenario().logs("keyring.keyctl", "story:own-describe").getFirst();
    assertThat(scenario().span(own).node().path("links")).hasSize(1);
  }

  @Test
  void requestsOfTheKernelItselfAreTold() {
    if (!scenario().truth().containsKey("story:kernel-asks")) {
      // Kernels before 6.1 have no encrypted keys without a module.
      assertThat(kernel).isEqualTo("5.10");
      return;
    }
    List<Item> logs =
        scenario().logs("keyring.request_key", "story:kernel-asks").stream()
            .filter(log -> "kernel".equals(log.get("keyring.request.origin")))
            .toList();
    assertThat(logs).isNotEmpty();
    Item log = logs.getFirst();
    assertThat(log.get("keyring.key.description")).isEqualTo("story-master");
    Item parent =
        scenario().spans().stream()
            .filter(span ->
                span.spanId().equals(scenario().span(log).node().path("parentSpanId").asText()))
            .findFirst()
            .orElseThrow();
    assertThat(parent.node().path("name").asText()).isEqualTo("keyctl read");
  }

  private List<Item> described(String event, String description) {
    return scenario().logs().stream()
        .filter(log -> log.node().path("eventName").asText().equals(event))
        .filter(log -> description.equals(log.get("keyring.key.description")))
        .toList();
  }

  private Item onlyDescribed(String event, String description) {
    List<Item> logs = described(event, description);
    assertThat(logs).as("%s of %s", event, description).hasSize(1);
    return logs.getFirst();
  }
}

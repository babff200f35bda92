/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static io.requestkey.telemetry.Hits.OBSERVED;
import static io.requestkey.telemetry.Hits.ORIGIN;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.testing.logs.TestLogRecordData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.requestkey.capture.KernelText;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of {@code --console json}. */
class JsonLinesTest {

  private final KeyTelemetry telemetry = Hits.telemetry();

  @Test
  void aLogRecord() {
    assertThat(line(telemetry.log(Hits.requestKey(), OBSERVED)))
        .isEqualTo(
            """
            {"signal":"log","event_name":"keyring.request_key",\
            "time_unix_nano":1767323050000000000,"observed_time_unix_nano":1767323050200000000,\
            "severity":"INFO",\
            "body":"request_key(\\"user\\", \\"debug:x\\", \\"gizzard\\", _ses) = 123456789",\
            "trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331",\
            "attributes":{"keyring.key.serial":123456789,"keyring.key.type":"user",\
            "keyring.key.description":"debug:x","keyring.request.callout_info":"gizzard",\
            "keyring.request.destination.serial":-3,"keyring.request.destination.name":"_ses",\
            "keyring.request.origin":"user","keyring.args.source":"kernel",\
            "keyring.args.tampering":"unknown","keyring.args.tampering.reason":"not_watched",\
            "keyring.result":123456789,"keyring.duration":1850,\
            "process.pid":4242,"process.parent_pid":1,\
            "keyring.caller.tid":4243,"keyring.caller.comm":"mount.nfs",\
            "process.vpid":42,"keyring.caller.vtid":43,"keyring.caller.parent_vpid":0,\
            "process.creation.time":"2026-01-02T03:04:06Z",\
            "keyring.caller.parent_creation_time":"2026-01-02T03:04:05.500Z",\
            "process.user.id":0,"process.real_user.id":1000,\
            "keyring.caller.gid":1002,"keyring.caller.real_gid":1001,\
            "process.executable.path":"/usr/sbin/mount.nfs",\
            "process.executable.name":"mount.nfs",\
            "keyring.caller.cgroup.id":77000000001,\
            "process.linux.cgroup":"/system.slice/nfs.service",\
            "keyring.caller.user_namespace":4026531837,\
            "keyring.caller.pid_namespace":4026531836,\
            "log.record.uid":"6f1f3f4e-9a53-4c0e-8a77-52a7b2a0c001-000000000000002a"}}
            """);
  }

  @Test
  void aSpanWithALink() {
    assertThat(line(Hits.span(Hits.read(ORIGIN))))
        .isEqualTo(
            """
            {"signal":"span","name":"keyctl read","kind":"INTERNAL",\
            "start_unix_nano":1767323050000000000,"end_unix_nano":1767323050000001850,\
            "trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331",\
            "parent_span_id":"","status":"UNSET",\
            "attributes":{"keyring.keyctl.operation":"read","keyring.key.serial":123456789,\
            "keyring.keyctl.target.serial":123456789,\
            "keyring.keyctl.buffer.size":64,"keyring.keyctl.arg2":123456789,\
            "keyring.keyctl.arg3":2147221504,"keyring.keyctl.arg4":64,\
            "keyring.origin.trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",\
            "keyring.origin.span_id":"00f067aa0ba902b7","keyring.result":8,\
            "keyring.duration":1850,\
            "process.pid":4242,"process.parent_pid":1,\
            "keyring.caller.tid":4243,"keyring.caller.comm":"mount.nfs",\
            "process.vpid":42,"keyring.caller.vtid":43,"keyring.caller.parent_vpid":0,\
            "process.creation.time":"2026-01-02T03:04:06Z",\
            "keyring.caller.parent_creation_time":"2026-01-02T03:04:05.500Z",\
            "process.user.id":0,"process.real_user.id":1000,\
            "keyring.caller.gid":1002,"keyring.caller.real_gid":1001,\
            "process.executable.path":"/usr/sbin/mount.nfs",\
            "process.executable.name":"mount.nfs",\
            "keyring.caller.cgroup.id":77000000001,\
            "process.linux.cgroup":"/system.slice/nfs.service",\
            "keyring.caller.user_namespace":4026531837,\
            "keyring.caller.pid_namespace":4026531836},\
            "links":[{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",\
            "span_id":"00f067aa0ba902b7","attributes":{"keyring.link.relation":"origin"}}]}
            """);
  }

  @Test
  void aFailedCall() {
    assertThat(line(telemetry.log(Hits.addKey(Hits.header(-1)), OBSERVED)))
        .contains("\"severity\":\"WARN\"", "\"error.type\":\"EPERM\"", "\"keyring.result\":-1,");
    assertThat(line(Hits.span(Hits.addKey(Hits.header(-1)))))
        .contains("\"status\":\"ERROR\"", "\"links\":[]");
  }

  @Test
  void everyTypeOfAttributeIsKept() {
    Attributes attributes =
        Attributes.builder()
            .put("a", "text")
            .put("b", Long.MIN_VALUE)
            .put("c", true)
            .put("d", 0.5)
            .put(AttributeKey.stringArrayKey("e"), List.of("x", "y"))
            .put(AttributeKey.longArrayKey("f"), List.of(1L, 2L))
            .build();

    assertThat(line(TestLogRecordData.builder().setAttributes(attributes).build()))
        .endsWith(
            "\"attributes\":{\"a\":\"text\",\"b\":-9223372036854775808,\"c\":true,\"d\":0.5,"
                + "\"e\":[\"x\",\"y\"],\"f\":[1,2]}}\n");
  }

  @Test
  void aRecordOfOthersMayHaveNeitherNameNorBody() {
    assertThat(line(TestLogRecordData.builder().build()))
        .contains("\"event_name\":null", "\"body\":null");
  }

  @Test
  void aBatchIsALineEach() {
    StringBuilder lines = new StringBuilder("before\n");
    LogRecordData log = telemetry.log(Hits.requestKey(), OBSERVED);

    new JsonLines().logs(lines, List.of(log, log));

    assertThat(lines.toString().lines()).hasSize(3).first().isEqualTo("before");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quote \" backslash \\ slash /",
        "line\nend\r\u2028\u2029\u0085",
        "\u0000\u0001\u001f\u007f\u009b",
        "\u001b[2J\u001b]0;title\u0007",
        "\",\"injected\":\"",
        "</script>",
        "clé ключ 鍵 🔑",
        "half \ud83d and \udd11 half",
        "\u202e\u200b\ufeff\ufffd\uffff",
        ""
      })
  void hostileTextComesBackAsItWasFromOnePlainLine(String text) throws IOException {
    String line = line(describing(text));

    assertThat(line.strip()).matches("[^\\p{Cntrl}\\u0080-\\u009f\\u2028\\u2029\\ud800-\\udfff]+");
    assertThat(description(line)).isEqualTo(text);
  }

  @Test
  void randomTextComesBackAsItWas() throws IOException {
    Random random = new Random(42);
    for (int i = 0; i < 500; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = random.nextInt(40); j > 0; j--) {
        text.append((char) random.nextInt(random.nextBoolean() ? 0x100 : 0x10000));
      }

      assertThat(description(line(describing(text.toString())))).isEqualTo(text.toString());
    }
  }

  private LogRecordData describing(String description) {
    return telemetry.log(Hits.requestKeyDescribed(KernelText.of(description)), OBSERVED);
  }

  private static String line(LogRecordData log) {
    StringBuilder lines = new StringBuilder();
    new JsonLines().logs(lines, List.of(log));
    return lines.toString();
  }

  private static String line(SpanData span) {
    StringBuilder lines = new StringBuilder();
    new JsonLines().spans(lines, List.of(span));
    return lines.toString();
  }

  private static String description(String line) throws IOException {
    String description = null;
    try (JsonParser json = new JsonFactory().createParser(line)) {
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.FIELD_NAME
            && json.currentName().equals(KeyringAttributes.KEY_DESCRIPTION.getKey())) {
          description = json.nextTextValue();
        }
      }
    }
    return Objects.requireNonNull(description);
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.WireFormat;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.requestkey.javaagent.program.Reader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a reader outside finds in this process's memory. */
final class ProcessPublisherTest {

  private static final KeyValue SCHEMA = keyValue("threadlocal.schema_version", "tlsdesc_v1_dev");
  private static final KeyValue KEY_MAP =
      KeyValue.newBuilder()
          .setKey("threadlocal.attribute_key_map")
          .setValue(AnyValue.newBuilder().setArrayValue(ArrayValue.getDefaultInstance()))
          .build();

  private NativeContext context;

  @BeforeEach
  void load() throws IOException {
    context = NativeLibrary.load();
  }

  @Test
  void isTheResourceAndWhatTheThreadContextNeeds() throws IOException {
    new ProcessPublisher(context, OptionalLong.of(-240))
        .publish(
            Attributes.builder()
                .put("service.name", "sërvice")
                .put("process.pid", 4711)
                .put("ratio", 0.25)
                .put("yes", true)
                .put(AttributeKey.stringArrayKey("arguments"), "a", "b")
                .build());

    Decoded decoded = Decoded.of(Reader.processContext());
    assertThat(decoded.resource().getAttributesList())
        .containsExactlyInAnyOrder(
            keyValue("service.name", "sërvice"),
            KeyValue.newBuilder()
                .setKey("process.pid")
                .setValue(AnyValue.newBuilder().setIntValue(4711))
                .build(),
            KeyValue.newBuilder()
                .setKey("ratio")
                .setValue(AnyValue.newBuilder().setDoubleValue(0.25))
                .build(),
            KeyValue.newBuilder()
                .setKey("yes")
                .setValue(AnyValue.newBuilder().setBoolValue(true))
                .build(),
            KeyValue.newBuilder()
                .setKey("arguments")
                .setValue(
                    AnyValue.newBuilder()
                        .setArrayValue(
                            ArrayValue.newBuilder()
                                .addValues(AnyValue.newBuilder().setStringValue("a"))
                                .addValues(AnyValue.newBuilder().setStringValue("b"))))
                .build());
    assertThat(decoded.attributes())
        .containsExactly(
            SCHEMA,
            KEY_MAP,
            KeyValue.newBuilder()
                .setKey("requestkey.thread_ctx.tls_offset")
                .setValue(AnyValue.newBuilder().setIntValue(-240))
                .build());
  }

  @Test
  void hasNoOffsetWhereNoneHoldsForAllThreads() throws IOException {
    new ProcessPublisher(context, OptionalLong.empty()).publish(Attributes.empty());

    assertThat(Decoded.of(Reader.processContext()).attributes()).containsExactly(SCHEMA, KEY_MAP);
  }

  @Test
  void isReplacedWhenTheResourceChanges() throws IOException {
    ProcessPublisher publisher = new ProcessPublisher(context, OptionalLong.empty());
    publisher.publish(Attributes.of(AttributeKey.stringKey("service.name"), "a longer name"));
    publisher.publish(Attributes.of(AttributeKey.stringKey("service.name"), "name"));

    assertThat(Decoded.of(Reader.processContext()).resource().getAttributesList())
        .containsExactly(keyValue("service.name", "name"));
  }

  @Test
  void isTheServiceAloneWhenTheResourceIsTooLarge() throws IOException {
    new ProcessPublisher(context, OptionalLong.empty())
        .publish(
            Attributes.builder()
                .put("service.name", "name")
                .put("process.command_line", "x".repeat(70_000))
                .build());

    assertThat(Decoded.of(Reader.processContext()).resource().getAttributesList())
        .containsExactly(keyValue("service.name", "name"));
  }

  private static KeyValue keyValue(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  /** {@code ProcessContext} of OTEP 4719, which no artifact has yet. */
  private record Decoded(Resource resource, List<KeyValue> attributes) {
    static Decoded of(byte[] payload) throws IOException {
      Resource resource = Resource.getDefaultInstance();
      List<KeyValue> attributes = new ArrayList<>();
      CodedInputStream in = CodedInputStream.newInstance(payload);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case 1 -> resource = Resource.parseFrom(in.readByteArray());
          case 2 ->
              attributes.add(
                  KeyValue.parseFrom(in.readByteArray(), ExtensionRegistryLite.getEmptyRegistry()));
          default -> throw new IOException("field " + tag);
        }
      }
      return new Decoded(resource, attributes);
    }
  }
}

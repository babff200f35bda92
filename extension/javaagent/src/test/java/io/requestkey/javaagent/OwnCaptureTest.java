/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When this process is to capture its own calls, and what is said when it cannot. */
final class OwnCaptureTest {

  private static final Logger LOGGER = Logger.getLogger(OwnCapture.class.getName());

  private final List<String> warnings = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        private final SimpleFormatter formatter = new SimpleFormatter();

        @Override
        public void publish(LogRecord record) {
          warnings.add(formatter.formatMessage(record));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOGGER.setUseParentHandlers(false);
    LOGGER.addHandler(handler);
  }

  @AfterEach
  void listenNoMore() {
    LOGGER.removeHandler(handler);
    LOGGER.setUseParentHandlers(true);
  }

  private static Setting.Given given(String value) {
    return new Setting.Given("OTEL_REQUESTKEY_CAPTURE", value);
  }

  @Test
  void notUnlessItIsAskedFor() {
    assertThat(OwnCapture.decide(null, 25)).isFalse();
    assertThat(OwnCapture.decide(given("off"), 25)).isFalse();
    assertThat(warnings).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"self", "SELF"})
  void self(String value) {
    assertThat(OwnCapture.decide(given(value), 25)).isTrue();
    assertThat(warnings).isEmpty();
  }

  @Test
  void olderJavaIsNamedWithWhatIsNeeded() {
    assertThat(OwnCapture.decide(given("self"), 21)).isFalse();
    assertThat(warnings)
        .containsExactly(
            "request_key: calls on keys are not captured: OTEL_REQUESTKEY_CAPTURE=self needs Java"
                + " 25 or newer, and this is Java 21");
  }

  @Test
  void unknownValueIsNamedWithWhatIsPossible() {
    assertThat(OwnCapture.decide(given("kprobe"), 25)).isFalse();
    assertThat(warnings)
        .containsExactly(
            "request_key: wrong value for OTEL_REQUESTKEY_CAPTURE: 'kprobe'; self and off are"
                + " possible; nothing is captured");
  }

  /** The SDK without the Java agent finds us on its class path, as this test does. */
  @Test
  void withoutTheAgentOneLineSaysSoAndTheIdGeneratorStays() {
    AutoConfigurationCustomizer untouched =
        (AutoConfigurationCustomizer)
            Proxy.newProxyInstance(
                OwnCaptureTest.class.getClassLoader(),
                new Class<?>[] {AutoConfigurationCustomizer.class},
                (_, method, _) -> {
                  throw new AssertionError(method);
                });
    System.setProperty("otel.requestkey.capture", "self");
    try {
      new RequestKeyTracerCustomizer().customize(untouched);
      new RequestKeyTracerCustomizer().customize(untouched);
    } finally {
      System.clearProperty("otel.requestkey.capture");
    }

    assertThat(warnings)
        .containsExactly(
            "request_key: calls on keys are not captured: this needs the OpenTelemetry Java agent,"
                + " with this jar as its extension");
  }

  @Test
  @Timeout(10)
  void theEndHasOneLimitForAllOfIt() throws Exception {
    List<Duration> limits = new ArrayList<>();
    CaptureRun slow =
        new CaptureRun() {
          @Override
          public void run() {
            LockSupport.park();
          }

          @Override
          public void stop(Duration limit) {
            limits.add(limit);
            LockSupport.parkNanos(limit.toNanos());
          }
        };
    Thread thread = Thread.ofPlatform().daemon().start(slow);

    long begun = System.nanoTime();
    OwnCapture.end(slow, thread, Duration.ofSeconds(1));

    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMillis(1_900));
    assertThat(limits).containsExactly(Duration.ofSeconds(1));
    LockSupport.unpark(thread);
    thread.join();
  }

  @Test
  @Timeout(10)
  void theEndWaitsForTheProgramsToBeLetGo() throws Exception {
    CaptureRun quick =
        new CaptureRun() {
          @Override
          public void run() {
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
          }

          @Override
          public void stop(Duration limit) {}
        };
    Thread thread = Thread.ofPlatform().daemon().start(quick);

    OwnCapture.end(quick, thread, Duration.ofSeconds(8));

    assertThat(thread.isAlive()).isFalse();
  }
}

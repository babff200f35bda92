/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import org.junit.jupiter.api.Test;

final class EndpointTest {

  private static Endpoint of(String uri) {
    return Endpoint.of(URI.create(uri));
  }

  @Test
  void aNameWithAnUnderscoreIsOne() {
    assertThat(of("http://otel_collector:4317"))
        .isEqualTo(new Endpoint(false, "otel_collector", 4317, "/", "http://otel_collector:4317"));
    assertThat(of("https://user:token@otel_collector/v1/logs?key=secret"))
        .isEqualTo(
            new Endpoint(
                true,
                "otel_collector",
                443,
                "/v1/logs?key=secret",
                "https://otel_collector:443/v1/logs"));
  }

  @Test
  void anAddressIsKeptWithoutBrackets() {
    assertThat(of("http://[::1]:4318").host()).isEqualTo("::1");
    assertThat(of("http://[::1]:4318").shown()).isEqualTo("http://[::1]:4318");
  }

  @Test
  void withoutAHostThereIsNone() {
    assertThatIllegalArgumentException().isThrownBy(() -> of("http:///v1/logs"));
  }
}

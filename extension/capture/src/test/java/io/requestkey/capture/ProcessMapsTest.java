/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ProcessMapsTest {

  private static ProcessMaps parse(String text) throws IOException {
    return ProcessMaps.parse(new BufferedReader(new StringReader(text)));
  }

  private static ProcessMaps.Mapping only(String line) throws IOException {
    assertThat(parse(line).mappings()).hasSize(1);
    return parse(line).mappings().getFirst();
  }

  @Test
  void everyColumnArrives() throws IOException {
    assertThat(only("55d0a000-55d0b000 r-xp 00001000 08:01 1234      /usr/bin/a b"))
        .isEqualTo(
            new ProcessMaps.Mapping(
                0x55d0a000L, 0x55d0b000L, true, 0x1000, "08:01 1234", "/usr/bin/a b"));
  }

  @Test
  void whatIsOfNoUseIsNotKept() throws IOException {
    String range = "55d0a000-55d0b000 rw-p ";
    assertThat(parse(range + "00000000 00:00 0 ").mappings()).isEmpty();
    assertThat(parse(range + "00000000 00:00 0     [heap]").mappings()).isEmpty();
    assertThat(parse(range + "00001000 08:01 1234     /usr/bin/a").mappings()).isEmpty();
    assertThat(parse(range + "00000000 08:01 1234     /" + "a".repeat(512)).mappings()).isEmpty();
  }

  @Test
  void mappingsAreBounded() throws IOException {
    String line = "55d0a000-55d0b000 rw-p 00000000 08:01 1234     /usr/bin/a\n";
    assertThat(parse(line.repeat(20_000)).mappings()).hasSize(8192);
  }

  @Test
  void threeNamesOfAContext() throws IOException {
    String range = "55d0a000-55d0b000 rw-p 00000000 00:01 9     ";
    assertThat(only(range + "/memfd:OTEL_CTX (deleted)").namedAsProcessContext()).isTrue();
    assertThat(only(range + "[anon_shmem:OTEL_CTX]").namedAsProcessContext()).isTrue();
    assertThat(only(range + "[anon:OTEL_CTX]").namedAsProcessContext()).isTrue();
    assertThat(only(range + "/memfd:other").namedAsProcessContext()).isFalse();
    assertThat(only(range + "/tmp/memfd:OTEL_CTX").namedAsProcessContext()).isFalse();
  }

  @Test
  void ourOwn() throws IOException {
    assertThat(ProcessMaps.of(Path.of("/proc/self")).mappings())
        .anyMatch(mapping -> mapping.executable() && mapping.name().endsWith("/libjvm.so"));
  }

  @Test
  void hostileLines() throws IOException {
    Random random = new Random(3);
    String good = "55d0a000-55d0b000 r-xp 00001000 08:01 1234      /usr/bin/a b";
    for (int i = 0; i < 100_000; i++) {
      StringBuilder line = new StringBuilder(good);
      for (int flips = random.nextInt(6); flips >= 0; flips--) {
        line.setCharAt(random.nextInt(line.length()), (char) random.nextInt(256));
      }
      assertThat(parse(line.toString())).isNotNull();
    }
  }
}

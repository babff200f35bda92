/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What one agent tells the next of the programs it leaves. */
final class ManifestTest {

  private static final KernelCounts COUNTS =
      new KernelCounts(
          Map.of(
              HitKind.KEYCTL,
              new KindCounts(10, 2, 5, Map.of(KernelLoss.RING_FULL, 3L)),
              HitKind.REQUEST_KEY,
              new KindCounts(7, 0, 7, Map.of())),
          0);

  private static final Manifest MANIFEST =
      new Manifest(
          -5,
          7,
          "0123456789abcdef",
          CountersShape.OURS,
          RecordShape.OURS,
          "fentry/fexit",
          true,
          List.of("ring", ".rodata.config"),
          Map.of("fentry_keyctl", "KEYCTL_ENTRY", "of_no_probe", ""),
          List.of("KEYCTL_ENTRY"),
          List.of(
              new AttachTable.Row("a fact", "a way", "", List.of()),
              new AttachTable.Row(
                  "another",
                  "none",
                  "a reason",
                  List.of(new AttachTable.ProbeState("fentry_keyctl", 0, 0)))),
          Map.of(42L, COUNTS, -1L, KernelCounts.none()));

  @Test
  void readsWhatItWrote() throws CaptureException {
    assertThat(Manifest.decode(MANIFEST.encode())).isEqualTo(MANIFEST);
  }

  @Test
  void leavesOutWhatANewerAgentAdds() throws CaptureException {
    String text =
        text(MANIFEST)
            .replace("\nway", "\nnew\tx\ny\nway")
            .replace("\tring_full=", "\tx=1\tring_full=");
    assertThat(Manifest.decode(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(MANIFEST);
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    String newer = text(MANIFEST).replaceFirst("pins\t1", "pins\t2");
    assertThatThrownBy(() -> Manifest.decode(newer.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(CaptureException.class);
    assertThatThrownBy(() -> Manifest.decode(new byte[0])).isInstanceOf(CaptureException.class);
  }

  @Test
  void countersBeyondTheirMapAreRefused() {
    String wrong =
        text(MANIFEST).replaceFirst("counters\t[0-9]+", "counters\t" + (CountersLayout.LOST + 8));
    assertThatThrownBy(() -> Manifest.decode(wrong.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(CaptureException.class);
  }

  @Test
  void whatEndsALineIsNotWritten() throws CaptureException {
    Manifest odd =
        new Manifest(
            1,
            1,
            "k",
            CountersShape.OURS,
            null,
            "way",
            false,
            List.of("ring"),
            Map.of("p", ""),
            List.of(),
            List.of(new AttachTable.Row("fact", "way", "two\nlines\tand a tab", List.of())),
            Map.of());
    assertThat(Manifest.decode(odd.encode()).record()).isNull();
    assertThat(Manifest.decode(odd.encode()).rows().getFirst().reason())
        .isEqualTo("two lines and a tab");
  }

  @Test
  void damageIsRefusedOrHarmless() {
    Random random = new Random(5);
    byte[] good = MANIFEST.encode();
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = Arrays.copyOf(good, 1 + random.nextInt(good.length));
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(Manifest.decode(bad)).isNotNull();
      } catch (CaptureException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }

  private static String text(Manifest manifest) {
    return new String(manifest.encode(), StandardCharsets.UTF_8);
  }
}

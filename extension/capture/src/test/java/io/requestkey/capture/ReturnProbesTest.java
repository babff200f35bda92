/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which trace events are taken away, in a tracefs that is a directory. */
final class ReturnProbesTest {

  private static final Logger LOGGER = Logger.getLogger(ReturnProbes.class.getName());

  @TempDir Path folder;
  private Path tracefs;
  private EventOwners owners;
  private final List<String> told = new ArrayList<>();
  private final Handler teller =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          told.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void aTracefs() throws IOException {
    tracefs = Files.createDirectory(folder.resolve("tracing"));
    owners =
        new EventOwners(
            Files.createDirectory(folder.resolve("proc")),
            Files.createDirectory(folder.resolve("pins")),
            PidNamespace.INITIAL);
    Files.createDirectory(folder.resolve("proc/5"));
    LOGGER.addHandler(teller);
    LOGGER.setUseParentHandlers(false);
  }

  @AfterEach
  void listenNoMore() {
    LOGGER.removeHandler(teller);
    LOGGER.setUseParentHandlers(true);
  }

  private void events(String... names) throws IOException {
    for (String name : names) {
      Files.createDirectories(tracefs.resolve("events/requestkey").resolve(name));
    }
  }

  private List<String> written() throws IOException {
    return Files.readAllLines(tracefs.resolve("kprobe_events"));
  }

  @Test
  void orphansGoAndOthersStay() throws IOException {
    Files.createFile(tracefs.resolve("kprobe_events"));
    events("p4_a", "p5_a", "dgone_b", "other");
    ReturnProbes.removeOrphans(tracefs, owners);
    assertThat(written()).containsExactlyInAnyOrder("-:requestkey/p4_a", "-:requestkey/dgone_b");
  }

  @Test
  void orphansThatTheKernelKeepsAreLeftAtOnceAndInSilence() throws IOException {
    // Nothing can be written: every event is as one in use.
    String[] names = new String[200];
    for (int i = 0; i < names.length; i++) {
      names[i] = "dgone_" + i;
    }
    events(names);
    long before = System.nanoTime();
    ReturnProbes.removeOrphans(tracefs, owners);
    // One that is waited for takes a second.
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
    assertThat(told).isEmpty();
  }

  @Test
  void eventsOfWhatWasTakenAwayAreWaitedFor() throws Exception {
    events("dgone_a", "dgone_b", "dgonetoo_c", "p4_a");
    Thread kernel =
        Thread.ofPlatform()
            .start(() -> {
              try {
                Thread.sleep(200);
                Files.createFile(tracefs.resolve("kprobe_events"));
              } catch (InterruptedException | IOException e) {
                throw new AssertionError(e);
              }
            });
    ReturnProbes.removeOf(tracefs, "dgone");
    kernel.join();
    assertThat(written()).containsExactlyInAnyOrder("-:requestkey/dgone_a", "-:requestkey/dgone_b");
    assertThat(told).isEmpty();
  }

  @Test
  void thoseThatStayInUseAreToldInOneLine() throws IOException {
    events("dgone_a", "dgone_b");
    ReturnProbes.removeOf(tracefs, "dgone");
    assertThat(told).singleElement().asString().contains("dgone_a").contains("dgone_b");
  }

  @Test
  void withoutTheGroupNothingIsLeftOver() {
    ReturnProbes.removeOrphans(tracefs, owners);
    ReturnProbes.removeOf(tracefs, "dgone");
    assertThat(told).isEmpty();
  }

  @Test
  void descriptorOfAnEventThatCannotBeAttachedToIsClosed() throws IOException {
    Files.createFile(tracefs.resolve("kprobe_events"));
    String owner = EventOwners.thisProcess();
    events(owner + "_kretprobe_keyctl");
    Files.writeString(
        tracefs.resolve("events/requestkey/" + owner + "_kretprobe_keyctl/id"), "815\n");
    int fd = LibC.eventfd();
    Path opened = Path.of("/proc/self/fd", Integer.toString(fd));
    try (ReturnProbes probes = new ReturnProbes(tracefs, owner)) {
      assertThat(probes.attach("kretprobe_keyctl", "__x64_sys_keyctl", _ -> fd, _ -> 0)).isZero();
      assertThat(Files.exists(opened, LinkOption.NOFOLLOW_LINKS)).isTrue();
      assertThat(probes.programs()).containsExactly("kretprobe_keyctl");

      assertThat(probes.attach("kretprobe_keyctl", "__x64_sys_keyctl", _ -> fd, _ -> 22))
          .isEqualTo(22);
      assertThat(Files.exists(opened, LinkOption.NOFOLLOW_LINKS)).isFalse();
      assertThat(probes.programs()).hasSize(1);
    }
    assertThat(written())
        .contains("r4096:requestkey/" + owner + "_kretprobe_keyctl __x64_sys_keyctl")
        .endsWith("-:requestkey/" + owner + "_kretprobe_keyctl");
  }
}

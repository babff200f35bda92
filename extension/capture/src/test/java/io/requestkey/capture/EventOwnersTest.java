/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose trace events may be taken away. */
final class EventOwnersTest {

  private static final long CONTAINER = 4_026_532_741L;

  @TempDir Path folder;
  private Path proc;
  private Path pins;

  /** The init process of the host, and the seventh of a container. */
  @BeforeEach
  void aHost() throws IOException {
    proc = Files.createDirectory(folder.resolve("proc"));
    pins = Files.createDirectory(folder.resolve("pins"));
    Files.createDirectory(pins.resolve("0123"));
    process(1, PidNamespace.INITIAL, "1");
    process(4321, CONTAINER, "4321\t7");
  }

  private void process(int pid, long namespace, String ids) throws IOException {
    Path directory = Files.createDirectory(proc.resolve(Integer.toString(pid)));
    Files.createDirectory(directory.resolve("ns"));
    Files.createSymbolicLink(directory.resolve("ns/pid"), Path.of("pid:[" + namespace + "]"));
    Files.writeString(directory.resolve("status"), "Name:\tjava\nNSpid:\t" + ids + "\nPPid:\t1\n");
  }

  private EventOwners seenFrom(long namespace) {
    return new EventOwners(proc, pins, namespace);
  }

  @Test
  void thisProcessIsThere() {
    assertThat(EventOwners.seenFromHere().exists(EventOwners.thisProcess())).isTrue();
    assertThat(EventOwners.seenFromHere().exists("n" + PidNamespace.own() + "p4194304")).isFalse();
  }

  @Test
  void processOfTheHost() {
    assertThat(seenFrom(PidNamespace.INITIAL).exists("p1")).isTrue();
    assertThat(seenFrom(PidNamespace.INITIAL).exists("p2")).isFalse();
  }

  @Test
  void processOfAContainerIsSeenFromTheHost() {
    EventOwners owners = seenFrom(PidNamespace.INITIAL);
    assertThat(owners.exists("n" + CONTAINER + "p7")).isTrue();
    assertThat(owners.exists("n" + CONTAINER + "p8")).isFalse();
    assertThat(owners.exists("n" + (CONTAINER + 1) + "p7")).isFalse();
  }

  @Test
  void whereAProcessMayNotBeLookedAtItCanBeAny() throws IOException {
    Files.createDirectory(proc.resolve("77"));
    assertThat(seenFrom(PidNamespace.INITIAL).exists("n" + CONTAINER + "p8")).isTrue();
  }

  @Test
  void directoryOfPins() {
    assertThat(seenFrom(PidNamespace.INITIAL).exists("d0123")).isTrue();
    assertThat(seenFrom(PidNamespace.INITIAL).exists("d4567")).isFalse();
  }

  @Test
  void withoutABpffsNoDirectoryIsGone() {
    assertThat(new EventOwners(proc, null, PidNamespace.INITIAL).exists("d4567")).isTrue();
  }

  @Test
  void containerJudgesItsOwnProcessesOnly() {
    EventOwners owners = seenFrom(CONTAINER);
    assertThat(owners.exists("n" + CONTAINER + "p1")).isTrue();
    assertThat(owners.exists("n" + CONTAINER + "p2")).isFalse();
    assertThat(owners.exists("n1p2")).isTrue();
    assertThat(owners.exists("p2")).isTrue();
    assertThat(owners.exists("d4567")).isTrue();
  }

  @Test
  void namesOfOthersAreLeftAlone() {
    assertThat(seenFrom(PidNamespace.INITIAL).exists("n1")).isTrue();
    assertThat(seenFrom(PidNamespace.INITIAL).exists("x1")).isTrue();
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories that cannot be used, each with one line that says why. */
final class JournalDirectoryTest {

  @TempDir private Path temporary;

  private void refused(Path directory, String reason) {
    JournalFixture fixture = new JournalFixture(JournalFixture.files(directory, 4));
    assertThatThrownBy(fixture::open)
        .isInstanceOf(JournalException.class)
        .hasMessageStartingWith("journal " + directory)
        .hasMessageContaining(reason)
        .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
  }

  @Test
  void isMadeForItsOwnerAlone() throws Exception {
    Path directory = temporary.resolve("a/b/journal");
    try (JournalFixture fixture = new JournalFixture(JournalFixture.files(directory, 4)).open()) {
      fixture.append(1);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
          .isEqualTo("rwx------");
      for (String name : JournalDirectory.names(directory)) {
        assertThat(
                PosixFilePermissions.toString(
                    Files.getPosixFilePermissions(directory.resolve(name))))
            .as(name)
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void twoAgentsCannotShareOne() throws Exception {
    Path directory = temporary.resolve("journal");
    try (JournalFixture _ = new JournalFixture(JournalFixture.files(directory, 4)).open()) {
      refused(directory, "is in use by another agent (pid " + ProcessHandle.current().pid() + ")");
    }
    JournalFixture second = new JournalFixture(JournalFixture.files(directory, 4)).open();
    second.close();
  }

  @Test
  void aFileIsNoDirectory() throws Exception {
    Path file = Files.createFile(temporary.resolve("journal"));
    refused(file, "is not a directory");
  }

  @Test
  void othersMustNotBeAbleToWriteToIt() throws Exception {
    Path directory = Files.createDirectory(temporary.resolve("journal"));
    for (String mode : new String[] {"rwxrwx---", "rwx---rwx"}) {
      Path _ = Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
      refused(directory, "can be written to by others (" + mode + "): chmod go-w");
    }
    Path _ = Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    new JournalFixture(JournalFixture.files(directory, 4)).open().close();
  }

  @Test
  void itMustBeOurs() throws Exception {
    Path directory = Files.createDirectory(temporary.resolve("journal"));
    int owner = (Integer) Files.getAttribute(directory, "unix:uid");
    assertThatThrownBy(() -> JournalDirectory.open(directory, owner + 1))
        .isInstanceOf(JournalException.class)
        .hasMessage(
            "journal %s belongs to user %d, not to user %d (us)", directory, owner, owner + 1);
  }

  @Test
  void wherePlacesCannotBeMadeTheKernelsReasonIsTold() {
    refused(Path.of("/proc/journal"), "No such file or directory");
  }
}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where runtimes put containers in the cgroup hierarchy. */
class ContainerPathTest {

  private static final String ID =
      "3f1b0c7a5d2e4f6890abcdef1234567890abcdef1234567890abcdef12345678";
  private static final String OTHER_ID = "b".repeat(64);
  private static final String UID = "275ecb36-5aa8-4c2a-9c47-d8bb681b9aff";
  private static final String UID_ = UID.replace('-', '_');
  private static final String STATIC_UID = "0123456789abcdef0123456789abcdef";

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        // Docker: systemd and cgroupfs driver, and in a container of its own.
        "/system.slice/docker-ID.scope | ID |",
        "/docker/ID | ID |",
        "/docker/ID/init.scope | ID |",
        "/system.slice/docker-OTHER.scope/docker/ID | ID |",
        // containerd below the kubelet: systemd driver, cgroupfs driver, a runtime without scopes.
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podUID_.slice/cri-containerd-ID.scope"
            + " | ID | UID",
        "/kubepods.slice/kubepods-podUID_.slice/cri-containerd-ID.scope | ID | UID",
        "/kubepods/burstable/podUID/ID | ID | UID",
        "/kubepods/podUID/ID/app | ID | UID",
        "/system.slice/containerd.service/kubepods-burstable-podUID_.slice:cri-containerd:ID"
            + " | ID | UID",
        "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-podUID_.slice/cri-containerd-ID.scope"
            + " | ID | UID",
        // A static pod has a hash for a uid.
        "/kubepods.slice/kubepods-podSTATIC.slice/cri-containerd-ID.scope | ID | STATIC",
        // CRI-O; its monitor is outside the container.
        "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podUID_.slice/crio-ID.scope"
            + " | ID | UID",
        "/kubepods.slice/kubepods-besteffort-podUID_.slice/crio-conmon-ID.scope | | UID",
        "/kubepods/besteffort/podUID/crio-ID | ID | UID",
        // Podman: root, rootless, cgroupfs; its monitor is outside.
        "/machine.slice/libpod-ID.scope | ID |",
        "/machine.slice/libpod-ID.scope/container | ID |",
        "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope | ID |",
        "/libpod_parent/libpod-ID | ID |",
        "/machine.slice/libpod-conmon-ID.scope | |",
        // A pod without its container, and no container at all.
        "/kubepods.slice/kubepods-burstable-podUID_.slice | | UID",
        "/kubepods.slice | |",
        "/system.slice/ssh.service | |",
        "/ | |",
        // Near misses: an id of other length or letters, or where nobody puts containers.
        "/docker/IDa | |",
        "/system.slice/docker-IDa.scope | |",
        "/system.slice/docker-SHORT.scope | |",
        "/docker/UPPER | |",
        "/home/ID | |",
        "/notdocker/ID | |",
        "/podman/podUID | |",
        "/kubepods/burstable/podUIDa/x | |",
        // Too long for the record: the beginning is missing.
        "pods-burstable-podUID_.slice/cri-containerd-ID.scope | ID |",
      })
  void containerAndPod(String path, @Nullable String container, @Nullable String pod) {
    ContainerPath found = ContainerPath.of(filled(path));

    assertThat(found.containerId()).isEqualTo(container == null ? null : filled(container));
    assertThat(found.podUid()).isEqualTo(pod == null ? null : filled(pod));
  }

  private static String filled(String template) {
    return template
        .replace("STATIC", STATIC_UID)
        .replace("UID_", UID_)
        .replace("UID", UID)
        .replace("OTHER", OTHER_ID)
        .replace("SHORT", ID.substring(1))
        .replace("UPPER", ID.toUpperCase(java.util.Locale.ROOT))
        .replace("ID", ID);
  }
}

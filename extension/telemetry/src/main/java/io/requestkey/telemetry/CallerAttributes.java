/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.requestkey.capture.Caller;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.ProcessIds;
import io.requestkey.capture.ServiceCredentials;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of the task that made a call. Keeps what it worked out last, because calls come in
 * runs of one process; safe for any thread all the same, what it keeps being immutable.
 */
final class CallerAttributes {

  private record Parsed(String cgroup, ContainerPath path) {}

  private record Written(long epochNanos, String text) {}

  private Parsed lastCgroup = new Parsed("", ContainerPath.NONE);
  private Written lastStart = new Written(0, "");
  private Written lastParentStart = new Written(0, "");

  void put(HitAttributes.Builder attributes, Caller caller, Observation observation) {
    ProcessIds ids = caller.ids();
    attributes
        .put(KeyringAttributes.PROCESS_PID, ids.pid())
        .put(KeyringAttributes.PROCESS_PARENT_PID, ids.parentPid())
        .put(KeyringAttributes.CALLER_TID, ids.tid())
        .put(KeyringAttributes.CALLER_COMM, caller.comm());
    ProcessIds own = caller.namespaced();
    if (own != null) {
      attributes
          .put(KeyringAttributes.PROCESS_VPID, own.pid())
          .put(KeyringAttributes.CALLER_VTID, own.tid())
          .put(KeyringAttributes.CALLER_PARENT_VPID, own.parentPid());
    }
    putTimes(attributes, caller, observation);
    putCredentials(attributes, caller);
    putExecutable(attributes, caller.executable());
    attributes.put(KeyringAttributes.CALLER_CGROUP_ID, caller.cgroupId());
    putCgroup(attributes, caller.cgroup());
    putUnlessZero(attributes, KeyringAttributes.CALLER_USER_NAMESPACE, caller.userNamespace());
    putUnlessZero(attributes, KeyringAttributes.CALLER_PID_NAMESPACE, caller.pidNamespace());
    putUnlessZero(
        attributes, KeyringAttributes.CALLER_SESSION_KEYRING_SERIAL, caller.sessionKeyring());
  }

  /** Which service the process says it is, in a context that it has published. */
  void putService(HitAttributes.Builder attributes, Caller caller) {
    String name = caller.serviceName().value();
    if (!name.isEmpty()) {
      attributes.put(KeyringAttributes.CALLER_SERVICE_NAME, name);
    }
  }

  private void putTimes(HitAttributes.Builder attributes, Caller caller, Observation observation) {
    if (caller.startBootNanos() != 0) {
      Written start = written(observation.epochNanos(caller.startBootNanos()), lastStart);
      lastStart = start;
      attributes.put(KeyringAttributes.PROCESS_CREATION_TIME, start.text());
    }
    if (caller.parentStartBootNanos() != 0) {
      Written start =
          written(observation.epochNanos(caller.parentStartBootNanos()), lastParentStart);
      lastParentStart = start;
      attributes.put(KeyringAttributes.CALLER_PARENT_CREATION_TIME, start.text());
    }
  }

  private static Written written(long epochNanos, Written last) {
    return last.epochNanos() == epochNanos && !last.text().isEmpty()
        ? last
        : new Written(epochNanos, Instant.ofEpochSecond(0, epochNanos).toString());
  }

  private static void putCredentials(HitAttributes.Builder attributes, Caller caller) {
    attributes
        .put(
            KeyringAttributes.PROCESS_USER_ID,
            Integer.toUnsignedLong(caller.credentials().effectiveUid()))
        .put(
            KeyringAttributes.PROCESS_REAL_USER_ID,
            Integer.toUnsignedLong(caller.credentials().realUid()))
        .put(
            KeyringAttributes.CALLER_GID,
            Integer.toUnsignedLong(caller.credentials().effectiveGid()))
        .put(
            KeyringAttributes.CALLER_REAL_GID,
            Integer.toUnsignedLong(caller.credentials().realGid()));
    ServiceCredentials service = caller.service();
    if (service != null) {
      attributes
          .put(KeyringAttributes.CALLER_SERVICE_UID, Integer.toUnsignedLong(service.uid()))
          .put(KeyringAttributes.CALLER_SERVICE_GID, Integer.toUnsignedLong(service.gid()));
    }
    Integer loginUid = caller.loginUid();
    if (loginUid != null) {
      attributes.put(KeyringAttributes.CALLER_LOGIN_UID, Integer.toUnsignedLong(loginUid));
    }
  }

  private static void putExecutable(HitAttributes.Builder attributes, KernelText executable) {
    String path = executable.value();
    if (path.isEmpty()) {
      return;
    }
    attributes
        .put(KeyringAttributes.PROCESS_EXECUTABLE_PATH, path)
        .put(KeyringAttributes.PROCESS_EXECUTABLE_NAME, path.substring(path.lastIndexOf('/') + 1));
    if (executable.truncated()) {
      attributes.put(KeyringAttributes.CALLER_EXECUTABLE_TRUNCATED, true);
    }
  }

  private void putCgroup(HitAttributes.Builder attributes, KernelText cgroup) {
    if (cgroup.value().isEmpty()) {
      return;
    }
    attributes.put(KeyringAttributes.PROCESS_LINUX_CGROUP, cgroup.value());
    if (cgroup.truncated()) {
      attributes.put(KeyringAttributes.CALLER_CGROUP_TRUNCATED, true);
    }
    ContainerPath path = path(cgroup.value());
    putIfKnown(attributes, KeyringAttributes.CONTAINER_ID, path.containerId());
    putIfKnown(attributes, KeyringAttributes.K8S_POD_UID, path.podUid());
  }

  private ContainerPath path(String cgroup) {
    Parsed last = lastCgroup;
    if (!last.cgroup().equals(cgroup)) {
      last = new Parsed(cgroup, ContainerPath.of(cgroup));
      lastCgroup = last;
    }
    return last.path();
  }

  private static void putUnlessZero(
      HitAttributes.Builder attributes, AttributeKey<Long> key, long value) {
    if (value != 0) {
      attributes.put(key, value);
    }
  }

  private static void putIfKnown(
      HitAttributes.Builder attributes, AttributeKey<String> key, @Nullable String value) {
    if (value != null) {
      attributes.put(key, value);
    }
  }
}

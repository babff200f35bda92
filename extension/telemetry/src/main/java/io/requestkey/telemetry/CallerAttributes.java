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
 * The attributes of the task that made a call. Keeps those of the callers it has seen last, because
 * calls come in runs of one thread; safe for any thread all the same, what it keeps being
 * immutable.
 */
final class CallerAttributes {

  /** A power of two; one for each thread that calls again and again. About 6 KiB each. */
  private static final int KEPT = 64;

  private final @Nullable Known[] known = new Known[KEPT];

  /** All that the attributes are made from, and what was made. */
  private record Known(Caller caller, long bootOffsetNanos, boolean service, CallerBlock block) {
    boolean of(Caller other, Observation observation, boolean withService) {
      return bootOffsetNanos == observation.bootOffsetNanos()
          && service == withService
          && caller.equals(other);
    }
  }

  /**
   * The attributes of a caller.
   *
   * @param service whether to say which service the process says it is, in a context that it has
   *     published
   */
  CallerBlock of(Caller caller, Observation observation, boolean service) {
    int slot = caller.ids().tid() & (KEPT - 1);
    Known last = known[slot];
    if (last != null && last.of(caller, observation, service)) {
      return last.block();
    }
    HitAttributes.Builder attributes = new HitAttributes.Builder();
    put(attributes, caller, observation);
    if (service && !caller.serviceName().value().isEmpty()) {
      attributes.put(KeyringAttributes.CALLER_SERVICE_NAME, caller.serviceName().value());
    }
    CallerBlock block = attributes.buildCaller();
    known[slot] = new Known(caller, observation.bootOffsetNanos(), service, block);
    return block;
  }

  private static void put(
      HitAttributes.Builder attributes, Caller caller, Observation observation) {
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

  private static void putTimes(
      HitAttributes.Builder attributes, Caller caller, Observation observation) {
    if (caller.startBootNanos() != 0) {
      attributes.put(
          KeyringAttributes.PROCESS_CREATION_TIME, time(caller.startBootNanos(), observation));
    }
    if (caller.parentStartBootNanos() != 0) {
      attributes.put(
          KeyringAttributes.CALLER_PARENT_CREATION_TIME,
          time(caller.parentStartBootNanos(), observation));
    }
  }

  private static String time(long bootNanos, Observation observation) {
    return Instant.ofEpochSecond(0, observation.epochNanos(bootNanos)).toString();
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

  private static void putCgroup(HitAttributes.Builder attributes, KernelText cgroup) {
    if (cgroup.value().isEmpty()) {
      return;
    }
    attributes.put(KeyringAttributes.PROCESS_LINUX_CGROUP, cgroup.value());
    if (cgroup.truncated()) {
      attributes.put(KeyringAttributes.CALLER_CGROUP_TRUNCATED, true);
    }
    ContainerPath path = ContainerPath.of(cgroup.value());
    putIfKnown(attributes, KeyringAttributes.CONTAINER_ID, path.containerId());
    putIfKnown(attributes, KeyringAttributes.K8S_POD_UID, path.podUid());
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

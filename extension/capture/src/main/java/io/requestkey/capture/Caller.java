/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * The task that made a call, as the kernel knew it at the call. All ids are those of the initial
 * namespaces.
 *
 * @param pid thread group id (what user space calls the process id)
 * @param tid thread id
 * @param parentPid thread group id of the parent process
 * @param realUid real user id
 * @param realGid real group id
 * @param effectiveUid effective user id
 * @param effectiveGid effective group id
 * @param comm name of the task, at most 15 bytes
 * @param cgroupId id of the cgroup in the cgroup v2 hierarchy
 */
public record Caller(
    int pid,
    int tid,
    int parentPid,
    int realUid,
    int realGid,
    int effectiveUid,
    int effectiveGid,
    String comm,
    long cgroupId) {}

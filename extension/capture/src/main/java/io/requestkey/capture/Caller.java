/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import org.jspecify.annotations.Nullable;

/**
 * The task that made a call, as the kernel knew it at the call: nothing here is looked up later, so
 * it holds for a process that exits at once.
 *
 * @param ids ids in the initial pid namespace
 * @param namespaced ids in the task's own pid namespace; equal to {@code ids} in the initial one,
 *     null when not known
 * @param startBootNanos start of the process, CLOCK_BOOTTIME in ns; 0 when not known
 * @param parentStartBootNanos start of the parent process; 0 when not known
 * @param credentials its objective credentials ({@code task_struct.real_cred})
 * @param service other credentials it acts under, or null
 * @param loginUid the uid of the login it descends from (audit), or null when not set
 * @param sessionKeyring serial of its session keyring; 0 for none
 * @param comm name of the task, at most 15 bytes
 * @param executable path of its executable
 * @param cgroupId id of the cgroup in the cgroup v2 hierarchy
 * @param cgroup path of that cgroup from the root of the hierarchy
 * @param userNamespace inode number of its user namespace; 0 when not known
 * @param pidNamespace inode number of its pid namespace; 0 when not known
 * @param serviceName {@code service.name} of the process context (OTEP 4719) the process has
 *     published: its own word; absent where it has published none
 */
public record Caller(
    ProcessIds ids,
    @Nullable ProcessIds namespaced,
    long startBootNanos,
    long parentStartBootNanos,
    Credentials credentials,
    @Nullable ServiceCredentials service,
    @Nullable Integer loginUid,
    int sessionKeyring,
    String comm,
    KernelText executable,
    long cgroupId,
    KernelText cgroup,
    long userNamespace,
    long pidNamespace,
    KernelText serviceName) {}

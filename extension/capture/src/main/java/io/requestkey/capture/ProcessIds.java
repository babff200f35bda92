/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * Ids of a task in one pid namespace.
 *
 * @param pid thread group id (what user space calls the process id)
 * @param tid thread id
 * @param parentPid thread group id of the parent process; 0 when it is not in that namespace
 */
public record ProcessIds(int pid, int tid, int parentPid) {}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * What a task acts as while the kernel has it use other credentials than its own (override_creds(),
 * as NFS, CIFS and DNS lookups do).
 *
 * @param uid fsuid, unsigned, as the initial user namespace numbers it
 * @param gid fsgid
 */
public record ServiceCredentials(int uid, int gid) {}

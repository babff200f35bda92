/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * A cgroup (v2) and all below it.
 *
 * @param id inode number of its directory
 */
public record CgroupSubtree(long id) {}

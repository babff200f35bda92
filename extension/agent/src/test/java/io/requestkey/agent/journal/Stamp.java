/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

/**
 * When a record was taken, by the clocks of that boot.
 *
 * @param observedEpochNanos wall clock, in ns since 1970
 * @param bootOffsetNanos wall clock minus CLOCK_BOOTTIME, in ns
 * @param bootId /proc/sys/kernel/random/boot_id
 */
public record Stamp(long observedEpochNanos, long bootOffsetNanos, String bootId) {}

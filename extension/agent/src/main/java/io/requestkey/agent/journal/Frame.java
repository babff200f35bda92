/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

/**
 * A record as the journal has it. With the boot id and the clock's offset a replay, even after a
 * reboot, makes the same telemetry to the byte.
 *
 * @param number consecutive over the journal's life
 * @param observedEpochNanos wall clock when the record was taken from the ring, in ns since 1970
 * @param bootOffsetNanos wall clock minus CLOCK_BOOTTIME then, in ns
 * @param bootId /proc/sys/kernel/random/boot_id then
 * @param record the bytes of the ring; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by number only; a copy for each would cost.
public record Frame(
    long number, long observedEpochNanos, long bootOffsetNanos, String bootId, byte[] record) {}

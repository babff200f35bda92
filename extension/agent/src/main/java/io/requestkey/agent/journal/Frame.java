/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

/**
 * One record of the journal. With what it was stamped with, a replay makes the same telemetry, byte
 * for byte, even after a reboot.
 *
 * @param number consecutive over the journal's life
 * @param observedEpochNanos when it was taken from the ring, in ns since 1970
 * @param bootOffsetNanos what was to be added to CLOCK_BOOTTIME then to make it ns since 1970
 * @param bootId /proc/sys/kernel/random/boot_id then
 * @param record the bytes of the record; the owner's of the frame
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; a copy for each record would cost
public record Frame(
    long number, long observedEpochNanos, long bootOffsetNanos, String bootId, byte[] record) {}

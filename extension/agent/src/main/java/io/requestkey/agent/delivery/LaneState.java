/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

/**
 * Where a signal's delivery is.
 *
 * @param signal whose
 * @param pendingFrames in the journal and not acknowledged for this signal
 * @param heldFrames of these, those the lane has taken and that have met no fate
 * @param itemsUnderWay of the request under way; 0 for none
 * @param lagNanos age of the oldest frame the lane is at, since it was taken from the ring; 0 if it
 *     is at none
 */
public record LaneState(
    Signal signal, long pendingFrames, long heldFrames, long itemsUnderWay, long lagNanos) {}

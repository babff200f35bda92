/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * User and group ids as the initial user namespace numbers them, unsigned.
 *
 * @param realUid real user id
 * @param realGid real group id
 * @param effectiveUid effective user id
 * @param effectiveGid effective group id
 */
public record Credentials(int realUid, int realGid, int effectiveUid, int effectiveGid) {}

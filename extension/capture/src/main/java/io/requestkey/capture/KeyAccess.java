/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * Who owns a key and what they may do with it, at the return of the call.
 *
 * @param uid owner's user id, unsigned, as the initial user namespace numbers it
 * @param gid group id
 * @param permissions {@code key_perm_t}: possessor, user, group and other in a byte each, 0x3f at
 *     most
 */
public record KeyAccess(int uid, int gid, int permissions) {}

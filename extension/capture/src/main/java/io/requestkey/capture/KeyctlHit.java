/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import org.jspecify.annotations.Nullable;

/**
 * A {@code keyctl(2)} call (kernel: {@code SYSCALL_DEFINE5(keyctl, ...)}).
 *
 * @param header ids, times, caller and result
 * @param operation operation number as given; see {@link KeyctlOperation#of(int)}
 * @param arg2 second argument as given; meaning depends on the operation
 * @param arg3 third argument
 * @param arg4 fourth argument
 * @param arg5 fifth argument
 * @param serial serial of the key operated on as given: a serial, a negative {@link
 *     SpecialKeyring}, or 0 when the operation has no target
 * @param resolvedSerial serial of that key as the kernel resolved it, or 0 when not known
 * @param origin the most recent request_key or add_key call seen to return this key, or null
 */
public record KeyctlHit(
    HitHeader header,
    int operation,
    long arg2,
    long arg3,
    long arg4,
    long arg5,
    int serial,
    int resolvedSerial,
    @Nullable Origin origin)
    implements KeyHit {}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * A {@code request_key(2)} call (kernel: {@code SYSCALL_DEFINE4(request_key, ...)}).
 *
 * <p>{@link HitHeader#result()} is the serial of the key on success.
 *
 * @param header ids, times, caller and result
 * @param type key type asked for, such as {@code user}; at most 31 bytes
 * @param description description asked for; at most 4,095 bytes
 * @param calloutInfo what the helper is told; {@link KernelText.State#NULL} when the caller allows
 *     no construction
 * @param destination keyring the key is to be linked to, as given: a serial, a negative {@link
 *     SpecialKeyring} or 0 for none
 */
public record RequestKeyHit(
    HitHeader header,
    KernelText type,
    KernelText description,
    KernelText calloutInfo,
    int destination)
    implements KeyHit {}

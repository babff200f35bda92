/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import org.jspecify.annotations.Nullable;

/**
 * A {@code request_key(2)} call (kernel: {@code SYSCALL_DEFINE4(request_key, ...)}), or a request
 * of the kernel's own ({@code request_key_tag()}, {@code request_key_with_auxdata()}, {@code
 * request_key_rcu()}).
 *
 * <p>{@link HitHeader#result()} is the serial of the key on success.
 *
 * @param header ids, times, caller and result
 * @param type key type asked for, such as {@code user}; at most 31 bytes
 * @param description description asked for; at most 4,095 bytes
 * @param calloutInfo what the helper is told; {@link KernelText.State#NULL} when the caller allows
 *     no construction
 * @param destination keyring the key is to be linked to
 * @param byKernel whether the kernel itself asked
 * @param outcome how the answer came about
 * @param tampering whether the caller changed the strings meanwhile
 * @param access owner and permissions of the key returned, or null
 */
public record RequestKeyHit(
    HitHeader header,
    KernelText type,
    KernelText description,
    KernelText calloutInfo,
    KeyReference destination,
    boolean byKernel,
    Outcome outcome,
    Tampering tampering,
    @Nullable KeyAccess access)
    implements KeyHit {}

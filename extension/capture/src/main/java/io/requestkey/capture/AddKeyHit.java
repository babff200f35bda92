/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import org.jspecify.annotations.Nullable;

/**
 * An {@code add_key(2)} call (kernel: {@code SYSCALL_DEFINE5(add_key, ...)}). The payload is never
 * read; only its length is known.
 *
 * <p>{@link HitHeader#result()} is the serial of the key on success.
 *
 * @param header ids, times, caller and result
 * @param type key type
 * @param description description; may be null in the call (the type may make one up)
 * @param payloadLength bytes the caller passed, unsigned
 * @param keyring keyring the key is linked to
 * @param tampering whether the caller changed the strings meanwhile
 * @param access owner and permissions of the key, or null
 */
public record AddKeyHit(
    HitHeader header,
    KernelText type,
    KernelText description,
    long payloadLength,
    KeyReference keyring,
    Tampering tampering,
    @Nullable KeyAccess access)
    implements KeyHit {}

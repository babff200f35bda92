/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

import org.jspecify.annotations.Nullable;

/**
 * The end of a key that a request_key or add_key call had returned ({@code security_key_free()}).
 * Its serial can be given to another key from then on. Start and end are the same moment; the
 * caller is whatever task the kernel freed it in, usually a kernel thread.
 *
 * @param header ids and time
 * @param serial serial it had
 * @param how how it had ended
 * @param type its type
 * @param description its description
 * @param origin the call that returned it last
 */
public record KeyFreedHit(
    HitHeader header,
    int serial,
    KeyEnd how,
    KernelText type,
    KernelText description,
    @Nullable Origin origin)
    implements KeyHit {}

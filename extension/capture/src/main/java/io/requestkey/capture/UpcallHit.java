/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.capture;

/**
 * A run of {@code /sbin/request-key} that the kernel started for a request ({@code
 * call_sbin_request_key()}). The request's span is the parent of its span.
 *
 * <p>{@link HitHeader#result()} is the helper's wait status (exit status times 256, or the signal
 * that ended it), or the negative errno when it could not be run. The caller is the requester.
 *
 * @param header ids, times, requester and result
 * @param serial key under construction
 * @param authKey authorisation key made for the helper; 0 when not known
 * @param helperPid process id of the helper in the initial namespace; 0 when not known
 * @param type type of the key
 * @param description description of the key
 */
public record UpcallHit(
    HitHeader header,
    int serial,
    int authKey,
    int helperPid,
    KernelText type,
    KernelText description)
    implements KeyHit {}

/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

/**
 * An encoded request.
 *
 * @param bytes whose first {@code length} it is; the encoder's again with the next request
 * @param length in bytes
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, and large
public record OtlpRequest(byte[] bytes, int length) {}

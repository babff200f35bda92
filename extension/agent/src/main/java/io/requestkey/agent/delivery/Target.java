/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.delivery;

import io.opentelemetry.sdk.common.CompletableResultCode;
import java.util.Collection;
import java.util.function.Function;

/**
 * Where a signal goes.
 *
 * @param name for messages, such as {@code otlp} or {@code console}
 * @param export sends a batch once; retrying is the lane's
 */
public record Target<T>(String name, Function<Collection<T>, CompletableResultCode> export) {}
